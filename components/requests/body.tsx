import type { KeptText } from "./read_requests.ts";
import { requestsText } from "./words.ts";

const words = requestsText;

/** JSON with its lines broken; everything else as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The text of a body, in a box of its own that scrolls. */
export function BodyText({ kept, label }: { kept: KeptText; label: string }) {
  return (
    <>
      <pre
        class="max-h-80 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs whitespace-pre-wrap break-all"
        tabIndex={0}
        role="group"
        aria-label={label}
      >
        {readable(kept.text)}
      </pre>
      {!kept.whole && <p class="mt-1 text-xs text-mute">{words.cut}</p>}
    </>
  );
}

/** A request's or reply's body, collapsed. */
export function Body({ title, kept }: { title: string; kept: KeptText }) {
  return (
    <details>
      <summary class="mb-2 text-soft">{title}</summary>
      <BodyText kept={kept} label={title} />
    </details>
  );
}
