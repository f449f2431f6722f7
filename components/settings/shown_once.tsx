import { copyText } from "../shared/live/clipboard.ts";
import { text } from "../shared/words.ts";
import { Icon } from "../shared/ui/icon.tsx";

/** A new token to copy: it is not shown again. */
export function ShownOnce({ token, says }: { token: string; says: string }) {
  return (
    <div class="grid gap-2 rounded-lg bg-good-wash px-4 py-3" role="status">
      <p class="font-medium text-good">{says}</p>
      <div class="flex items-center gap-2">
        <code class="min-w-0 flex-1 font-mono text-xs break-all">{token}</code>
        <button type="button" class="btn btn-small" onClick={() => void copyText(token)}>
          <Icon name="copy" />
          {text.copy}
        </button>
      </div>
    </div>
  );
}
