import { text } from "../words.ts";
import { showToast } from "./toasts.ts";

/** The old way, for pages on plain http of another machine: browsers give those no clipboard. */
function copyBySelection(value: string): boolean {
  const field = document.createElement("textarea");
  field.value = value;
  field.readOnly = true;
  field.className = "sr-only";
  // Elements outside an open dialog cannot have focus.
  const dialogs = document.querySelectorAll("dialog[open]");
  const before = document.activeElement;
  (dialogs[dialogs.length - 1] ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}

async function write(value: string): Promise<boolean> {
  const { clipboard } = navigator as { clipboard?: Clipboard };
  if (clipboard === undefined) return copyBySelection(value);
  return await clipboard.writeText(value).then(() => true, () => copyBySelection(value));
}

/** Copies text and reports success, or that the browser does not allow it. */
export async function copyText(value: string, done: string = text.copied): Promise<void> {
  const copied = await write(value);
  showToast(copied ? done : text.notCopied, { tone: copied ? "good" : "bad" });
}
