import type { Signal } from "@preact/signals";
import { shortcutText } from "./words.ts";
import { Dialog } from "../ui/dialog.tsx";
import { PAGES } from "./pages.ts";

const words = shortcutText;

function Keys({ keys }: { keys: string }) {
  return (
    <span class="flex gap-1">
      {keys.split(" ").map((key) => (
        <kbd key={key} class="rounded border border-edge bg-sunken px-1.5 font-mono text-xs">{key}</kbd>
      ))}
    </span>
  );
}

function Rows({ rows }: { rows: readonly (readonly [keys: string, does: string])[] }) {
  return (
    <dl class="grid grid-cols-[auto_1fr] items-baseline gap-x-5 gap-y-1.5">
      {rows.map(([keys, does]) => (
        <>
          <dt>
            <Keys keys={keys} />
          </dt>
          <dd>{does}</dd>
        </>
      ))}
    </dl>
  );
}

export interface ShortcutListProps {
  readonly open: Signal<boolean>;
}

/** The list of keyboard shortcuts. */
export function ShortcutList({ open }: ShortcutListProps) {
  return (
    <Dialog title={words.title} open={open.value} onClose={() => open.value = false}>
      <div class="grid gap-5 sm:grid-cols-2">
        <Rows rows={words.keys} />
        <section aria-label={words.go}>
          <h3 class="mb-2 text-xs font-semibold text-soft">{words.go}</h3>
          <Rows rows={PAGES.map(({ letter, label }) => [`g ${letter}`, label] as const)} />
        </section>
      </div>
    </Dialog>
  );
}
