import type { ConnectionView } from "../views.ts";
import { Card } from "../ui/card.tsx";
import { ConnectionLines } from "./connection_lines.tsx";
import { connectionText } from "./words.ts";

/** The proxy's address and token for clients; the same on every page. */
export function ConnectionCard({ connection }: { connection: ConnectionView }) {
  return (
    <Card id="connect" title={connectionText.title} note={connectionText.note}>
      <ConnectionLines connection={connection} />
    </Card>
  );
}
