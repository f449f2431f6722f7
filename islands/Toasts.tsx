import { useEffect, useRef } from "preact/hooks";
import { text } from "../components/text/shell.ts";
import { Icon } from "../components/ui/icon.tsx";
import { dismiss, type Toast, toasts } from "../components/live/toasts.ts";

function Note({ toast }: { toast: Toast }) {
  const tone = toast.tone === "bad" ? "text-bad" : toast.tone === "good" ? "text-good" : "";
  return (
    <div
      class="sheet rise flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg py-2 ps-4 pe-2"
      {...(toast.tone === "bad" ? { role: "alert" } : {})}
    >
      <span class={`min-w-0 flex-1 basis-24 break-words ${tone}`}>{toast.message}</span>
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

/** Short messages in the corner, above an open dialog too; refusals are read out at once. */
export default function Toasts() {
  const corner = useRef<HTMLDivElement>(null);
  const newest = toasts.value.at(-1)?.id;
  useEffect(() => {
    // The last one shown lies on top: each new message takes that place again.
    if (corner.current?.matches(":popover-open")) corner.current.hidePopover();
    if (newest !== undefined) corner.current?.showPopover();
    // On a narrow screen the page can be scrolled free of them.
    document.body.classList.toggle("max-lg:pb-32", newest !== undefined);
  }, [newest]);
  return (
    <div
      ref={corner}
      popover="manual"
      class="fixed inset-x-4 top-auto bottom-4 m-0 max-w-sm gap-2 bg-transparent p-0 text-ink max-lg:mx-auto lg:start-3 lg:end-auto lg:bottom-28 lg:w-[13.5rem] [&:popover-open]:grid"
      role="status"
      aria-live="polite"
    >
      {toasts.value.map((toast) => <Note key={toast.id} toast={toast} />)}
    </div>
  );
}
