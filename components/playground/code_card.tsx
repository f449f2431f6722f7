import { useSignal } from "@preact/signals";
import { say } from "../live/toasts.ts";
import { text } from "../text/shell.ts";
import { playgroundText } from "../text/playground.ts";
import { Card } from "../ui/card.tsx";
import { Icon } from "../ui/icon.tsx";
import type { ChatDraft } from "./dialects.ts";
import { type Language, LANGUAGES, snippet } from "./snippets.ts";

const words = playgroundText;

/** The call that the form would make, as code. */
export function CodeCard({ draft, origin }: { draft: ChatDraft; origin: string }) {
  const language = useSignal<Language>("curl");
  const code = snippet(language.value, draft, origin);
  const copy = async () => {
    await navigator.clipboard.writeText(code);
    say(text.copied, { tone: "good" });
  };
  return (
    <Card
      title={words.code}
      action={
        <button type="button" class="btn btn-small" onClick={copy}>
          <Icon name="copy" />
          {text.copy}
        </button>
      }
    >
      <div class="mb-3 flex flex-wrap gap-1" role="group" aria-label={words.code}>
        {LANGUAGES.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={language.value === one}
            class="rounded-md px-2.5 py-1 text-soft hover:bg-sunken aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
            onClick={() => language.value = one}
          >
            {words.languages[one]}
          </button>
        ))}
      </div>
      <pre
        class="max-h-96 overflow-auto rounded-lg bg-sunken p-4 font-mono text-xs leading-relaxed"
        tabIndex={0}
      >{code}</pre>
      <p class="mt-2 text-xs text-mute">{words.tokenNote}</p>
    </Card>
  );
}
