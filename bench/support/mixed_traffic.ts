import type { Fault, ServedSimulator } from "../../src/sim/mod.ts";

export interface TrafficOptions {
  readonly url: string;
  /** Calls a second. */
  readonly rate: number;
  readonly simulator: ServedSimulator;
}

export interface Traffic {
  /** Calls that ended since the last look, and their latency in milliseconds to the end of the reply; faults left out. */
  take(): { readonly calls: number; readonly p50: number; readonly p99: number };
  /** Waits for what is under way; gives the number of calls that ended otherwise than they should. */
  stop(): Promise<number>;
}

interface Kind {
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  /** The client leaves after this many pieces. */
  readonly leaves?: number;
}

const MODEL = "gemini-2.5-flash";
const TEXT = `say exactly: ${"some words of an answer ".repeat(30)}`;
const messages = [{ role: "user", content: TEXT }];
const contents = [{ role: "user", parts: [{ text: TEXT }] }];
const tools = [{
  type: "function",
  function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
}];
const native = `/v1beta/models/${MODEL}`;

const KINDS: readonly Kind[] = [
  { path: "/v1/chat/completions", body: { model: MODEL, messages }, status: 200 },
  { path: "/v1/chat/completions", body: { model: MODEL, messages, stream: true }, status: 200 },
  { path: "/v1/chat/completions", body: { model: MODEL, messages, tools }, status: 200 },
  { path: "/v1/messages", body: { model: MODEL, messages, max_tokens: 1_000 }, status: 200 },
  { path: "/v1/messages", body: { model: MODEL, messages, max_tokens: 1_000, stream: true }, status: 200 },
  { path: "/v1/responses", body: { model: MODEL, input: TEXT, stream: true }, status: 200 },
  { path: `${native}:generateContent`, body: { contents }, status: 200 },
  { path: `${native}:streamGenerateContent?alt=sse`, body: { contents }, status: 200 },
  { path: "/v1/chat/completions", body: { model: MODEL, messages, stream: true }, status: 200, leaves: 2 },
  { path: "/v1/chat/completions", body: { model: MODEL, messages: "no list" }, status: 400 },
];

const FAULTS: readonly Fault[] = [
  {
    kind: "status",
    status: 503,
    body: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" },
  },
  {
    kind: "status",
    status: 429,
    body: { code: 429, message: "Too many requests.", status: "RESOURCE_EXHAUSTED" },
  },
  { kind: "reset_mid_stream", after: 1 },
  { kind: "empty" },
];
/** Every n-th call meets a fault of the upstream. */
const FAULT_EVERY = 50;

const HEADERS = {
  "content-type": "application/json",
  "authorization": "Bearer geminitro",
  "x-goog-api-key": "geminitro",
};

/** Sends calls of every kind at an even rate until it is stopped. */
export function mixedTraffic({ url, rate, simulator }: TrafficOptions): Traffic {
  const open = new Set<Promise<void>>();
  let latencies: number[] = [];
  let unexpected = 0;
  let serial = 0;

  async function call(kind: Kind): Promise<void> {
    const at = performance.now();
    const leaving = new AbortController();
    try {
      const response = await fetch(url + kind.path, {
        method: "POST",
        headers: HEADERS,
        body: JSON.stringify(kind.body),
        signal: leaving.signal,
      });
      if (response.status !== kind.status) {
        unexpected++;
        console.error(`${kind.path}: status ${response.status} ${(await response.text()).slice(0, 300)}`);
        return;
      }
      if (kind.leaves === undefined) {
        await response.text();
        latencies.push(performance.now() - at);
      } else await leave(response, kind.leaves, leaving);
    } catch (error) {
      // A native stream that is cut upstream may break off; nothing else may.
      if (kind.path.includes("streamGenerate")) return;
      unexpected++;
      console.error(`${kind.path}: ${error}`);
    }
  }

  const timer = setInterval(() => {
    serial++;
    if (serial % FAULT_EVERY === 0) simulator.control.fault(FAULTS[serial / FAULT_EVERY % FAULTS.length]!);
    const task: Promise<void> = call(KINDS[serial % KINDS.length]!).finally(() => open.delete(task));
    open.add(task);
  }, 1_000 / rate);

  return {
    take() {
      const sorted = latencies.sort((left, right) => left - right);
      latencies = [];
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? NaN;
      return { calls: sorted.length, p50: at(0.5), p99: at(0.99) };
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      return unexpected;
    },
  };
}

/** Reads some pieces and hangs up, as an editor does whose user pressed Escape. */
async function leave(response: Response, pieces: number, leaving: AbortController): Promise<void> {
  const reader = response.body?.getReader();
  for (let read = 0; read < pieces; read++) await reader?.read();
  leaving.abort();
  await reader?.cancel().catch(() => {});
}
