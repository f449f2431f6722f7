import { useEffect } from "preact/hooks";
import { ToastCorner } from "../components/shared/live/toast_corner.tsx";

/** Short messages of the page; an open dialog has them inside. */
export default function Toasts() {
  useEffect(() => {
    // A key removed on the previous page can still be restored.
    if (sessionStorage.getItem("undo") !== null) {
      void import("../components/shared/live/kept_undo.ts").then(({ showKeptUndo }) => showKeptUndo());
    }
  }, []);
  return <ToastCorner place={undefined} />;
}
