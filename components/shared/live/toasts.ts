import { computed, signal } from "@preact/signals";

export interface Toast {
  readonly id: number;
  readonly message: string;
  readonly tone: "good" | "bad" | "plain";
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Short messages in the corner; read out by screen readers. */
export const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

/** Modal dialogs that are open, the topmost last. */
const dialogs = signal<readonly symbol[]>([]);

/** The dialog in which messages are shown, as all outside of it is inert; undefined for the page itself. */
export const toastPlace = computed(() => dialogs.value.at(-1));

/** Has messages shown in a dialog while it is open; returns the way to end that. */
export function showToastsIn(dialog: symbol): () => void {
  dialogs.value = [...dialogs.value, dialog];
  return () => dialogs.value = dialogs.value.filter((one) => one !== dialog);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Shows a message for a while; returns the way to take it back. */
export function showToast(
  message: string,
  more: Partial<Omit<Toast, "id" | "message">> & { readonly ms?: number } = {},
) {
  const { ms = 6_000, tone = "plain", action } = more;
  const id = ++lastId;
  toasts.value = [...toasts.value.slice(-3), { id, message, tone, ...(action ? { action } : {}) }];
  setTimeout(() => dismiss(id), ms);
  return () => dismiss(id);
}
