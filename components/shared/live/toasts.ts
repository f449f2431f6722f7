import { signal } from "@preact/signals";

export interface Toast {
  readonly id: number;
  readonly message: string;
  readonly tone: "good" | "bad" | "plain";
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** Short messages in the corner; read out by screen readers. */
export const toasts = signal<readonly Toast[]>([]);
let lastId = 0;

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
