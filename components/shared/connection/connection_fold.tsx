import type { ConnectionView } from "../views.ts";
import { useSignal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { connectionText } from "./words.ts";

const words = connectionText;

/** The lines to connect with, folded away on a page that has other things to say; they come over the wire when it is opened. */
export function ConnectionFold({ connection }: { connection: ConnectionView }) {
  const Lines = useSignal<FunctionComponent<{ connection: ConnectionView }> | undefined>(undefined);
  const load = async () => {
    Lines.value ??= (await import("./connection_lines.tsx")).ConnectionLines;
  };
  return (
    <details id="connect" class="card min-w-0 px-4 py-3 sm:px-5" onToggle={load}>
      <summary class="text-base font-semibold tracking-tight">
        {words.title} <span class="ms-2 text-xs font-normal text-mute">{words.note}</span>
      </summary>
      <div class="mt-2">
        {Lines.value
          ? <Lines.value connection={connection} />
          : <a class="text-accent underline" href="/dashboard/settings#connect">{words.elsewhere}</a>}
      </div>
    </details>
  );
}
