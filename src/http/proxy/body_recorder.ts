import { BODY_BYTES, type BodyStore, type KeptText } from "../../ledger/mod.ts";
import type { RequestContext } from "./proxy_deps.ts";

/** Keeps what clients send and get, while LOG_BODIES is on; `serve` is not called while it is off. */
export interface BodyRecorder {
  isOn(): boolean;
  serve(
    requestContext: RequestContext,
    serve: (requestContext: RequestContext) => Promise<Response> | Response,
  ): Promise<Response>;
}

export interface BodyKeeperOptions {
  readonly bodies: BodyStore;
  readonly isOn: () => boolean;
  readonly onProblem: (problem: unknown) => void;
}

export function createBodyRecorder({ bodies, isOn, onProblem }: BodyKeeperOptions): BodyRecorder {
  return {
    isOn,
    async serve(requestContext, serve) {
      const { request, target, requestId } = requestContext;
      if (request.method !== "POST" || request.body === null || isMedia(request.headers)) {
        return await serve(requestContext);
      }
      const copy = request.clone().body;
      const sent = copy === null ? undefined : firstOf(copy);
      const response = await serve(requestContext);
      const keep = async (reply: KeptText) => {
        const asked = await sent;
        if (asked !== undefined) {
          await bodies.put(requestId, { path: target.path + target.query, request: asked, reply });
        }
      };
      return watched(response, (reply) => void keep(reply).catch(onProblem));
    },
  };
}

/** Uploads of files are not kept. */
function isMedia(headers: Headers): boolean {
  return !/^application\/json\b|^$/i.test(headers.get("content-type") ?? "");
}

/** The beginning of a body; the rest is read and dropped. */
async function firstOf(body: ReadableStream<Uint8Array>): Promise<KeptText | undefined> {
  const text = new Beginning();
  try {
    for await (const chunk of body) text.add(chunk);
  } catch {
    return undefined;
  }
  return text.kept();
}

/** The same response; calls `record` with its beginning when it has ended or was cancelled. */
function watched(response: Response, record: (reply: KeptText) => void): Response {
  const { body, status, headers } = response;
  if (body === null) {
    record({ text: "", whole: true });
    return response;
  }
  const text = new Beginning();
  let told = false;
  const end = (whole: boolean) => {
    if (told) return;
    told = true;
    const kept = text.kept();
    record({ text: kept.text, whole: whole && kept.whole });
  };
  const through = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      text.add(chunk);
      controller.enqueue(chunk);
    },
    flush: () => end(true),
    cancel: () => end(false),
  });
  return new Response(body.pipeThrough(through), { status, headers });
}

/** The first BODY_BYTES of what is added. */
class Beginning {
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;

  add(chunk: Uint8Array): void {
    const room = BODY_BYTES - this.#bytes;
    if (room > 0) this.#pieces.push(chunk.slice(0, room));
    this.#bytes += chunk.byteLength;
  }

  kept(): KeptText {
    const decoder = new TextDecoder();
    const text = this.#pieces.map((piece) => decoder.decode(piece, { stream: true })).join("");
    return { text, whole: this.#bytes <= BODY_BYTES };
  }
}
