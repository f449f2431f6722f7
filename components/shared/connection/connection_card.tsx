import type { ConnectionView } from "../views.ts";
import { Card } from "../ui/card.tsx";
import { ConnectionLines } from "./connection_lines.tsx";
import { connectionText } from "./words.ts";

/** How a client reaches the proxy; the same on every page. */
export function ConnectionCard({ connection }: { connection: ConnectionView }) {
  return (
    <Card id="connect" title={connectionText.title} note={connectionText.note}>
      <ConnectionLines connection={connection} />
    </Card>
  );
}
