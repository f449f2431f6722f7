import { text } from "../words.ts";
import { Icon } from "../ui/icon.tsx";
import { dismiss, type Toast, toasts } from "./toasts.ts";

function Note({ toast }: { toast: Toast }) {
  const tone = toast.tone === "bad" ? "text-bad" : toast.tone === "good" ? "text-good" : "";
  return (
    <div
      class="sheet rise flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg py-2 ps-4 pe-2"
      {...(toast.tone === "bad" ? { role: "alert" } : {})}
    >
      <span class={`min-w-24 flex-1 break-words ${tone}`}>{toast.message}</span>
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
        aria-label={text.dismiss}
        onClick={() => dismiss(toast.id)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** The messages that are shown now, the newest last. */
export function ToastList() {
  return <>{toasts.value.map((toast) => <Note key={toast.id} toast={toast} />)}</>;
}
