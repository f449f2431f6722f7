import { type Signal, useSignal } from "@preact/signals";
import type { TargetedKeyboardEvent } from "preact";
import { useEffect } from "preact/hooks";
import { paletteText } from "./words.ts";
import { Dialog } from "../ui/dialog.tsx";
import { type Command, FIXED, foundCommands, matching } from "./commands.ts";

const words = paletteText;

function Option(
  { command, id, active, onRun }: { command: Command; id: string; active: boolean; onRun: () => void },
) {
  return (
    <li
      id={id}
      role="option"
      aria-selected={active}
      class="flex cursor-pointer items-center gap-3 rounded-lg px-3 py-1.5 aria-selected:bg-accent-wash aria-selected:text-accent"
      onClick={onRun}
    >
      <span class="min-w-0 truncate">{command.label}</span>
      <span class="ms-auto shrink-0 text-xs text-mute">{command.hint ?? command.group}</span>
    </li>
  );
}

export interface CommandPaletteProps {
  readonly open: Signal<boolean>;
}

/** One field for everything: pages, actions, keys, models, requests. */
export function CommandPalette({ open }: CommandPaletteProps) {
  const typed = useSignal("");
  const active = useSignal(0);
  const found = useSignal<readonly Command[]>([]);
  useEffect(() => {
    // Cleared when it closes: an effect comes late on a busy machine, and would take away what was typed since it opened.
    if (!open.value) {
      typed.value = "";
      active.value = 0;
      return;
    }
    void foundCommands().then((commands) => found.value = commands);
  }, [open.value]);
  const find = (text: string) => matching([...FIXED, ...found.value], text);
  const shown = find(typed.value);
  const run = (command: Command | undefined) => {
    open.value = false;
    command?.run();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    // The field's current text counts, even if it has not been rendered yet.
    if (event.key === "Enter") run(find(event.currentTarget.value)[active.value]);
    if (step === 0) return;
    event.preventDefault();
    active.value = (active.value + step + shown.length) % shown.length;
  };
  return (
    <Dialog title={words.label} open={open.value} onClose={() => open.value = false}>
      <input
        class="field"
        type="search"
        role="combobox"
        list={undefined}
        aria-expanded="true"
        aria-controls="palette-options"
        aria-activedescendant={`palette-${active.value}`}
        aria-label={words.label}
        placeholder={words.placeholder}
        autofocus
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-options" role="listbox" aria-label={words.label} class="mt-3 grid gap-0.5">
        {shown.map((command, index) => (
          <Option
            key={`${command.group}-${command.label}`}
            id={`palette-${index}`}
            command={command}
            active={index === active.value}
            onRun={() => run(command)}
          />
        ))}
      </ul>
    </Dialog>
  );
}
