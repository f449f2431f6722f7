import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { ToastCorner } from "../live/toast_corner.tsx";
import { showToastsIn } from "../live/toasts.ts";
import { text } from "../words.ts";
import { Icon } from "./icon.tsx";

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** A drawer comes from the side and is as high as the window. */
  readonly side?: boolean;
}

/** A part of a drawer under a heading of its own. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="grid gap-2" aria-label={title}>
      <h3 class="font-semibold">{title}</h3>
      {children}
    </section>
  );
}

const CENTRE = "m-auto w-[min(36rem,calc(100vw-2rem))] max-h-[calc(100dvh-4rem)] rounded-xl";
const SIDE = "ms-auto me-0 my-0 h-dvh max-h-dvh w-[min(48rem,100vw)] max-w-none border-y-0 border-e-0";

/** A modal dialog of the platform: focus stays inside, Escape closes it, and focus goes back to where it was. */
export function Dialog({ title, open, onClose, children, side = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const place = useMemo(() => Symbol(title), []);
  useEffect(() => {
    const element = dialog.current;
    if (open && element && !element.open) {
      element.showModal();
      // A form is there to be filled in; a drawer to be read.
      if (!side) element.querySelector<HTMLElement>("[autofocus], textarea, input, select")?.focus();
    }
    if (!open && element?.open) element.close();
    return open ? showToastsIn(place) : undefined;
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={dialog}
      class={`sheet rise overflow-y-auto p-0 ${side ? SIDE : CENTRE}`}
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="sticky top-0 z-10 flex items-center gap-3 border-b border-line bg-panel px-5 py-3">
        <h2 class="min-w-0 truncate text-base font-semibold">{title}</h2>
        <button
          type="button"
          class="btn btn-quiet btn-small ms-auto"
          aria-label={text.close}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </div>
      <div class="px-5 py-4">{children}</div>
      <ToastCorner place={place} />
    </dialog>
  );
}
