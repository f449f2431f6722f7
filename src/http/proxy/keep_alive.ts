import type { Deadline, Deadlines } from "../../relay/mod.ts";
import type { RequestTarget } from "../request_target.ts";

/**
 * Silence after which the head is sent, and then a blank each time. Reverse proxies give up after 60 s or more,
 * some after 30.
 */
const SILENCE_MS = 10_000;
/** A native stream has no byte that could be sent meanwhile: only its head keeps the connection alive. */
const NATIVE_HEAD_MS = 25_000;

const BLANK = new TextEncoder().encode(" ");

export interface KeptAlive {
  readonly deadlines: Deadlines;
  /** A native stream's path and query say how it is framed. */
  readonly target: RequestTarget;
  /** Whole replies get blanks (KEEP_ALIVE_WHOLE). */
  readonly whole: boolean;
}

/**
 * Answers a slow call early: a native stream with its head, a whole reply with its head and blanks before the
 * JSON, which every JSON parser skips. A later failure is reported in the body of a 200.
 */
export async function keptAlive(
  answer: Promise<Response>,
  { deadlines, target, whole }: KeptAlive,
): Promise<Response> {
  const native = target.path.endsWith(":streamGenerateContent");
  if (!native && !whole) return await answer;
  const early = await orLate(answer, deadlines, native ? NATIVE_HEAD_MS : SILENCE_MS);
  if (early !== undefined) return early;
  const sse = native && target.url.searchParams.get("alt") === "sse";
  const headers = {
    "content-type": sse ? "text/event-stream" : "application/json",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  };
  return new Response(body(answer, deadlines, { native, sse }), { headers });
}

function orLate(answer: Promise<Response>, deadlines: Deadlines, ms: number): Promise<Response | undefined> {
  return new Promise((resolve, reject) => {
    const timer = deadlines.start(ms, () => resolve(undefined));
    answer.then((response) => (timer.clear(), resolve(response)), (cause) => (timer.clear(), reject(cause)));
  });
}

function body(
  answer: Promise<Response>,
  deadlines: Deadlines,
  { native, sse }: { readonly native: boolean; readonly sse: boolean },
): ReadableStream<Uint8Array> {
  let over = false;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  let room: () => void = () => {};
  return new ReadableStream<Uint8Array>({
    // Not awaited: the platform pulls only once this has returned.
    start: (controller) => void run(controller),
    pull: () => room(),
    cancel(reason) {
      over = true;
      room();
      return reader?.cancel(reason);
    },
  });

  async function run(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let timer: Deadline | undefined;
    const beat = () => {
      if (over) return;
      controller.enqueue(BLANK);
      timer = deadlines.start(SILENCE_MS, beat);
    };
    if (!native) beat();
    try {
      const response = await answer;
      timer?.clear();
      if (over) return void await response.body?.cancel();
      if (native && !response.ok) {
        const error = await response.text();
        controller.enqueue(
          new TextEncoder().encode(sse ? `data: ${error.replaceAll("\n", " ")}\n\n` : `[${error}]`),
        );
      } else {
        reader = response.body?.getReader();
        for (let step = await reader?.read(); step?.done === false && !over; step = await reader?.read()) {
          controller.enqueue(step.value);
          if ((controller.desiredSize ?? 1) <= 0) await new Promise<void>((resolve) => room = resolve);
        }
      }
      if (!over) controller.close();
    } catch (cause) {
      timer?.clear();
      if (!over) controller.error(cause);
    } finally {
      over = true;
    }
  }
}
