import { text } from "../words.ts";
import { api, messageOf } from "./browser_api.ts";
import { showToast } from "./toasts.ts";

/** The data for restoring a removed key, kept while its message would be shown: it survives a change of page. */
export interface KeptUndo {
  readonly message: string;
  /** The message after it was restored. */
  readonly done: string;
  readonly undo: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

/** Where it is kept for this tab; islands/Toasts.tsx looks there before it loads this file. */
const UNDO_ITEM = "undo";

export function keepUndo(undo: KeptUndo): void {
  sessionStorage.setItem(UNDO_ITEM, JSON.stringify(undo));
}

export function forgetUndo(): void {
  sessionStorage.removeItem(UNDO_ITEM);
}

async function putBack({ undo, done }: KeptUndo): Promise<void> {
  forgetUndo();
  try {
    await api.restoreKey({ undo });
    showToast(done, { tone: "good" });
  } catch (error) {
    showToast(messageOf(error), { tone: "bad" });
  }
}

/** Says again what was removed on the page before, with the way back. */
export function showKeptUndo(): void {
  const kept = JSON.parse(sessionStorage.getItem(UNDO_ITEM) ?? "null") as KeptUndo | null;
  const left = (kept?.until ?? 0) - Date.now();
  if (kept === null || left <= 0) return forgetUndo();
  showToast(kept.message, { ms: left, action: { label: text.undo, run: () => void putBack(kept) } });
}
