import { createSseParser } from "../gemini/mod.ts";
import type { OpenReply } from "./send.ts";

const encoder = new TextEncoder();

/**
 * A reply of a source that speaks in an envelope, as the public API would have given it: each chunk out of its envelope and
 * framed anew. Native clients are served by such a source when no other can.
 */
export async function unwrappedReply(
  reply: OpenReply,
  unwrap: (chunk: unknown) => unknown,
  options: { readonly stream: boolean; readonly events: boolean },
): Promise<OpenReply> {
  const { response } = reply;
  if (!options.stream || response.body === null) {
    const body: unknown = await response.json();
    return withResponse(reply, Response.json(unwrap(body), { status: response.status }));
  }
  const frames = options.events ? eventFrames() : arrayFrames();
  const parser = createSseParser();
  const take = (payloads: readonly string[]) =>
    payloads.map((payload) => frames.chunk(JSON.stringify(unwrap(JSON.parse(payload))))).join("");
  const body = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>({
      transform(bytes, controller) {
        const text = take(parser.push(bytes));
        if (text !== "") controller.enqueue(encoder.encode(text));
      },
      flush(controller) {
        controller.enqueue(encoder.encode(take(parser.end()) + frames.end()));
      },
    }),
  );
  const headers = { "content-type": options.events ? "text/event-stream" : "application/json" };
  return withResponse(reply, new Response(body, { status: response.status, headers }));
}

function withResponse(reply: OpenReply, response: Response): OpenReply {
  return {
    response,
    touch: () => reply.touch(),
    abort: () => reply.abort(),
    readFailure: (cause) => reply.readFailure(cause),
    release: () => reply.release(),
  };
}

/** How a stream's chunks stand in its body. */
interface Frames {
  chunk(json: string): string;
  end(): string;
}

function eventFrames(): Frames {
  return { chunk: (json) => `data: ${json}\r\n\r\n`, end: () => "" };
}

/** Without `alt=sse` a stream is one JSON array. */
function arrayFrames(): Frames {
  let opened = false;
  return {
    chunk(json) {
      const before = opened ? ",\r\n" : "[";
      opened = true;
      return before + json;
    },
    end: () => opened ? "]" : "[]",
  };
}
