import { PAGES } from "./pages.ts";

/** Whether a key that is pressed is text for a field. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable;
}

/** The longest between `g` and the letter of a page, in milliseconds. */
const CHORD_MS = 1_500;

export interface ShortcutTargets {
  readonly openPalette: () => void;
  readonly openHelp: () => void;
}

/** Ctrl or Cmd with K opens the palette, `g` and a letter go to a page, `/` goes to the page's search field, `?` lists them. */
export function listenForShortcuts(
  { openPalette, openHelp }: ShortcutTargets,
): (event: KeyboardEvent) => void {
  // Time at which `g` was pressed, by the clock of events: a busy page handles both keys later than they were pressed.
  let pending = -Infinity;
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return openPalette();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const page = event.timeStamp - pending < CHORD_MS
      ? PAGES.find(({ letter }) => letter === event.key)
      : undefined;
    pending = event.key === "g" ? event.timeStamp : -Infinity;
    if (page) return location.assign(page.href);
    if (event.key === "?") return openHelp();
    const search = event.key === "/"
      ? document.querySelector<HTMLInputElement>("main input[type=search]")
      : null;
    if (search === null) return;
    event.preventDefault();
    search.focus();
  };
  addEventListener("keydown", onKeyDown);
  return onKeyDown;
}
