import { nodeModule } from "lazy-node";

let collect: (() => void) | undefined;

/** Heap and buffers up to this size are left to the engine. */
const SMALL_BYTES = 134_217_728;

/**
 * The flag of `deno run` and `deno compile` that bounds the heap of a server, in every way of starting one. The room for
 * short-lived objects is two halves of 16 MiB, where the engine would take 64 MiB and keep them (halves of 2 MiB cost a tenth
 * more processor time, those of 8 MiB a longer p99 under attack, measured). Collecting old objects when they have doubled (`--heap-growing-percent=100`) made calls beside
 * hostile upstreams wait for seconds (measured).
 */
export const HEAP_FLAG = "--v8-flags=--max-semi-space-size=16";

/**
 * Collects garbage now if there may be much of it, which takes some tens of milliseconds. By itself the engine collects when
 * its heap has grown several times over, which a few texts of many megabytes do at once: forty replies of 16 MiB one after
 * another took 465 MiB, and 140 when each was collected (measured). Does nothing if the engine does not expose it.
 */
export function collectGarbage(): void {
  const { heapTotal, external } = Deno.memoryUsage();
  if (heapTotal + external <= SMALL_BYTES) return;
  collect ??= collector();
  collect();
}

/** Delay of a collection, so that nothing refers to the garbage any more. */
const MOMENT_MS = 20;
/** The pause after one is this many times as long as it took, so that collecting takes a small part of the time. */
const REST = 5;
/** The longest pause. */
const MOST_REST_MS = 500;

/** Time source of `paced`. */
export interface Pace {
  /** Milliseconds since an arbitrary start. */
  now(): number;
  /** Calls `then` once after `ms`. */
  after(ms: number, then: () => void): void;
}

const REAL: Pace = {
  now: () => performance.now(),
  after: (ms, then) => void setTimeout(then, ms),
};

/**
 * Runs `act` once for all requests during its delay, with a pause after it: many large replies released at the same time
 * would each request a collection, and no call is served during those.
 */
export function paced(act: () => void, { now, after }: Pace = REAL): () => void {
  let asked = false;
  let free = -Infinity;
  return () => {
    if (asked) return;
    asked = true;
    after(Math.max(MOMENT_MS, free - now()), () => {
      asked = false;
      const began = now();
      act();
      const ended = now();
      free = ended + Math.min(MOST_REST_MS, REST * (ended - began));
    });
  };
}

function collector(): () => void {
  try {
    nodeModule("node:v8").setFlagsFromString("--expose-gc");
    const found: unknown = nodeModule("node:vm").runInNewContext("gc");
    if (typeof found === "function") return () => void found();
  } catch {
    // The platform does not support it.
  }
  return () => {};
}
