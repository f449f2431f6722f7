import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { toastPlace, toasts } from "./toasts.ts";

/** The list comes over the wire with the first message, at the latest after this time: a message may say that the server is gone. */
const LATEST_MS = 5_000;

/** Short messages in the corner of the window, while `place` is where they are shown; refusals are read out at once. */
export function ToastCorner({ place }: { place: symbol | undefined }) {
  const corner = useRef<HTMLDivElement>(null);
  const List = useSignal<FunctionComponent | undefined>(undefined);
  const newest = toastPlace.value === place ? toasts.value.at(-1)?.id : undefined;
  const load = async () => {
    List.value ??= (await import("./toast_list.tsx")).ToastList;
  };
  useEffect(() => {
    const timer = setTimeout(load, LATEST_MS);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (newest !== undefined) void load();
    // The last one shown lies on top: each new message takes that place again.
    if (corner.current?.matches(":popover-open")) corner.current.hidePopover();
    if (newest !== undefined) corner.current?.showPopover();
    // On a narrow screen the page can be scrolled free of them.
    if (place === undefined) document.body.classList.toggle("max-lg:pb-32", newest !== undefined);
  }, [newest]);
  return (
    <div
      ref={corner}
      popover="manual"
      class="fixed inset-x-4 top-auto bottom-4 m-0 max-w-sm gap-2 bg-transparent p-0 text-ink max-lg:mx-auto lg:start-3 lg:end-auto lg:bottom-28 lg:w-[13.5rem] [&:popover-open]:grid"
      role="status"
      aria-live="polite"
    >
      {List.value && newest !== undefined && <List.value />}
    </div>
  );
}
