import { FIRST_RUN } from "../../src/core/first_run.ts";
import type { KeyRow } from "../data/views.ts";
import { keyName } from "../format.ts";
import { AddKeysForm } from "../keys/add_keys_form.tsx";
import { StatusChip } from "../ui/status_chip.tsx";
import { setupText } from "./words.ts";

const words = setupText;
const MOST_SHOWN = 20;

/** What the keys come to, in the words of the terminal. */
function summaryOf(keys: readonly KeyRow[]): string {
  const works = keys.filter(({ status }) => status === "active" || status === "cooldown");
  if (keys.length === 0) return words.keysNone;
  if (works.length === 0) return words.keysDead;
  return `${FIRST_RUN.works(works.length, new Set(works.flatMap(({ models }) => models)).size)}.`;
}

/** First: keys in the pool. */
export function KeyStep({ keys, refresh }: { keys: readonly KeyRow[]; refresh: () => Promise<void> }) {
  return (
    <div class="grid gap-5">
      <p class="font-medium" role="status">{summaryOf(keys)}</p>
      {keys.length > 0 && (
        <ul class="flex flex-wrap gap-3">
          {keys.slice(0, MOST_SHOWN).map((key) => (
            <li key={key.id} class="flex items-center gap-2">
              {keyName(key)} <StatusChip status={key.status} />
            </li>
          ))}
        </ul>
      )}
      <AddKeysForm onAdded={() => void refresh()} />
    </div>
  );
}
