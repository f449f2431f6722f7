import { listenForShortcuts, type ShortcutTargets } from "./shortcuts.ts";

/** Begins to listen to the keyboard; `early` are the keys that were pressed while this came over the wire. */
export function startKeyboard(targets: ShortcutTargets, early: readonly KeyboardEvent[]): void {
  startRovingFocus();
  const onKeyDown = listenForShortcuts(targets);
  for (const event of early) onKeyDown(event);
}

/** Lists with more than this to stop at are entered with one Tab; the arrow keys go through them. */
const MOST_STOPS = 12;
const LISTS = ".grid-table tbody, [data-roving]";
const STOPS = "a[href], button, input, select, textarea, summary, [tabindex]";
const SETTLE_MS = 300;

/** The row that keeps its stops, by list. */
const active = new WeakMap<Element, Element>();

function rowOf(list: Element, target: Element): Element | undefined {
  return [...list.children].find((row) => row.contains(target));
}

function stopsIn(element: Element): readonly HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>(STOPS)].filter((stop) => stop.getClientRects().length > 0);
}

/** Leaves one row of a long list among the stops of Tab. */
function settle(list: Element): void {
  const stops = list.querySelectorAll<HTMLElement>(STOPS);
  const isLong = stops.length > MOST_STOPS;
  const kept = active.get(list);
  const row = kept?.parentElement === list
    ? kept
    : [...list.children].find((one) => one.querySelector(STOPS));
  for (const stop of stops) {
    const wanted = !isLong || row?.contains(stop) === true ? 0 : -1;
    if (stop.tabIndex !== wanted) stop.tabIndex = wanted;
  }
}

/** Whether a key that is pressed there is the field's own. */
function isOwn(target: Element, key: string): boolean {
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !/^(?:checkbox|radio|button)$/.test(target.type) || (target.type === "radio" && /^Arrow/.test(key));
}

/** The row that a key leads to; undefined when it leads nowhere. */
function nextRow(rows: readonly Element[], at: number, key: string): Element | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    Home: 0,
    End: rows.length - 1,
  };
  const to = steps[key];
  return to === undefined ? undefined : rows[to];
}

function onKeyDown(event: KeyboardEvent): void {
  const target = event.target as Element;
  const list = target.closest(LISTS);
  if (list === null || event.ctrlKey || event.metaKey || event.altKey || isOwn(target, event.key)) return;
  const row = rowOf(list, target);
  if (row === undefined) return;
  const own = stopsIn(row);
  const place = own.indexOf(target as HTMLElement);
  const aside = event.key === "ArrowRight"
    ? own[place + 1]
    : event.key === "ArrowLeft"
    ? own[place - 1]
    : undefined;
  const rows = [...list.children].filter((one) => stopsIn(one).length > 0);
  const next = nextRow(rows, rows.indexOf(row), event.key);
  const there = next === undefined ? undefined : stopsIn(next);
  const to = aside ?? there?.[Math.min(Math.max(0, place), there.length - 1)];
  if (to === undefined) return;
  event.preventDefault();
  to.focus();
  to.scrollIntoView({ block: "nearest" });
}

function onFocus(event: FocusEvent): void {
  const list = (event.target as Element).closest(LISTS);
  const row = list === null ? undefined : rowOf(list, event.target as Element);
  if (list === null || row === undefined || active.get(list) === row) return;
  active.set(list, row);
  settle(list);
}

/** Makes long lists of the page one stop each, also those that come later. */
function startRovingFocus(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const all = () => {
    timer = undefined;
    document.querySelectorAll(LISTS).forEach(settle);
  };
  new MutationObserver(() => timer ??= setTimeout(all, SETTLE_MS))
    .observe(document.body, { childList: true, subtree: true });
  addEventListener("keydown", onKeyDown);
  addEventListener("focusin", onFocus);
  all();
}
