import type { Json } from "../core/mod.ts";
import type { EventSubscription, LiveEventName } from "../ledger/mod.ts";

/** A comment goes out after this much silence, so that proxies between keep the connection. */
const HEARTBEAT_MS = 15_000;

export interface EventStreamOptions {
  readonly subscription: EventSubscription;
  /** Events sent first, without an id, to new readers. */
  readonly first: readonly LiveEventName[];
  /** Only these; all when empty. */
  readonly names: ReadonlySet<string>;
}

/** Live events as server-sent events. Ends when the ledger closes; frees its slot at once when the reader leaves. */
export function eventStream({ subscription, first, names }: EventStreamOptions): Response {
  const encoder = new TextEncoder();
  const wanted = (name: string) => names.size === 0 || names.has(name) || name === "missed";
  const iterator = subscription.events[Symbol.asyncIterator]();
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  const end = () => {
    clearInterval(heartbeat);
    subscription.close();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const head = first.filter(wanted).map((name) => frame(name, {}));
      controller.enqueue(encoder.encode(`retry: 2000\n\n${head.join("")}`));
      heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(": alive\n\n"));
      }, HEARTBEAT_MS);
    },
    async pull(controller) {
      while (true) {
        const next = await iterator.next();
        if (next.done === true) {
          end();
          controller.close();
          return;
        }
        const { id, name, data } = next.value;
        if (!wanted(name)) continue;
        controller.enqueue(encoder.encode(frame(name, data, id)));
        return;
      }
    },
    cancel: end,
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    },
  });
}

function frame(name: string, data: Json, id?: number): string {
  const line = id === undefined ? "" : `id: ${id}\n`;
  return `${line}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
