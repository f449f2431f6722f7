import { AddKeysForm } from "../keys/add_keys_form.tsx";
import type { KeyRow } from "../data/views.ts";
import { keyName } from "../format.ts";
import { setupText } from "../text/setup.ts";
import { StatusChip } from "../ui/status_chip.tsx";

const words = setupText;

/** First: keys in the pool. */
export function KeyStep({ keys, refresh }: { keys: readonly KeyRow[]; refresh: () => Promise<void> }) {
  return (
    <div class="grid gap-5">
      <AddKeysForm onAdded={() => void refresh()} />
      {keys.length > 0 && (
        <div class="border-t border-line pt-4">
          <p class="mb-2 font-medium">{words.keysHave(keys.length)}</p>
          <ul class="flex flex-wrap gap-3">
            {keys.slice(0, 20).map((key) => (
              <li key={key.id} class="flex items-center gap-2">
                {keyName(key)} <StatusChip status={key.status} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
