import { startRovingFocus } from "./roving_focus.ts";
import { listenForShortcuts, type ShortcutTargets } from "./shortcuts.ts";

/** Begins to listen to the keyboard; `early` are the keys that were pressed while this came over the wire. */
export function startKeyboard(targets: ShortcutTargets, early: readonly KeyboardEvent[]): void {
  startRovingFocus();
  const onKeyDown = listenForShortcuts(targets);
  for (const event of early) onKeyDown(event);
}
