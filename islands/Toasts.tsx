import { text } from "../components/text/shell.ts";
import { Icon } from "../components/ui/icon.tsx";
import { dismiss, type Toast, toasts } from "../components/live/toasts.ts";

function Note({ toast }: { toast: Toast }) {
  const tone = toast.tone === "bad" ? "text-bad" : toast.tone === "good" ? "text-good" : "";
  return (
    <div class="sheet rise flex items-center gap-3 rounded-lg py-2 ps-4 pe-2">
      <span class={`min-w-0 flex-1 ${tone}`}>{toast.message}</span>
      {toast.action && (
        <button
          type="button"
          class="btn btn-small"
          onClick={() => {
            toast.action?.run();
            dismiss(toast.id);
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button
        type="button"
        class="btn btn-quiet btn-small"
        aria-label={text.close}
        onClick={() => dismiss(toast.id)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Short messages in the corner. */
export default function Toasts() {
  return (
    <div class="fixed inset-x-4 bottom-4 z-50 ms-auto grid max-w-sm gap-2" role="status" aria-live="polite">
      {toasts.value.map((toast) => <Note key={toast.id} toast={toast} />)}
    </div>
  );
}
