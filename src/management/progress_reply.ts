import type { Outcome } from "../admin/mod.ts";
import { redact } from "../core/mod.ts";

export function wantsProgress(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/event-stream") ?? false;
}

/** An event stream of `progress` events and, at the end, one `done` or one `error`. The work goes on when the reader leaves. */
export function progressReply(
  work: (send: (name: string, data: unknown) => void) => Promise<Outcome<unknown>>,
): Response {
  const encoder = new TextEncoder();
  let open = true;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (name: string, data: unknown) => {
        if (open) {
          controller.enqueue(encoder.encode(`event: ${name}\ndata: ${redact(JSON.stringify(data))}\n\n`));
        }
      };
      try {
        const outcome = await work(send);
        send(outcome.ok ? "done" : "error", outcome.ok ? outcome.value : { error: outcome.error });
      } catch {
        send("error", { error: { message: "The server failed: see its log", code: "internal" } });
      }
      if (open) controller.close();
    },
    cancel() {
      open = false;
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}
