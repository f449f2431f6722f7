import assert from "node:assert/strict";
import { createGeminitro, type Geminitro, serve, type Serving } from "../../src/composition/mod.ts";
import type { Ports } from "../../src/core/mod.ts";
import { type ServedSimulator, serveSimulator, type SimProject } from "../../src/sim/mod.ts";
import { systemPorts } from "../../src/system/mod.ts";
import { frames } from "../e2e/calls.ts";
import { KEYS } from "../support/proxy_under_test.ts";
import { FaultyLink } from "./faulty_link.ts";

export const MODEL = "gemini-2.5-flash";
/** Long enough for a reply of several pieces. */
export const LONG = `say exactly: ${"one word after the other ".repeat(40)}`;

const HEADERS = { authorization: "Bearer geminitro", "content-type": "application/json" };

export interface BenchOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly ports?: Partial<Ports>;
  readonly projects?: readonly SimProject[];
  /** Keys to put in at the start; default all of the projects. */
  readonly keys?: readonly string[];
}

/** What a call came to: whole, an honest error, or broken off in the midst in a way that the client can tell. */
export interface Heard {
  readonly kind: "whole" | "error" | "broken";
  readonly status: number;
  readonly text: string;
  readonly ms: number;
  readonly headers: Headers;
}

/** A proxy and a simulator with a network between them that fails as told. */
export class ChaosBench implements AsyncDisposable {
  private constructor(
    readonly proxy: Geminitro,
    readonly serving: Serving,
    readonly simulator: ServedSimulator,
    readonly link: FaultyLink,
    readonly log: readonly string[],
  ) {}

  static async open(options: BenchOptions = {}): Promise<ChaosBench> {
    const projects = options.projects ??
      KEYS.map((key, index) => ({ id: `project-${index + 1}`, keys: [key] }));
    const simulator = serveSimulator({ projects, tearable: false });
    const link = new FaultyLink(simulator.url);
    const log: string[] = [];
    const proxy = await createGeminitro({
      env: {
        GEMINITRO_KV: ":memory:",
        GEMINITRO_HOME: "/nonexistent/geminitro-chaos",
        GEMINI_API_URL: link.url,
        GEMINI_API_KEYS: (options.keys ?? projects.flatMap(({ keys }) => keys)).join(),
        ...options.env,
      },
      ports: { ...systemPorts(), ...options.ports },
      print: (line) => void log.push(line),
    });
    const serving = await serve(proxy, { host: "127.0.0.1", port: 0 });
    return new ChaosBench(proxy, serving, simulator, link, log);
  }

  get url(): string {
    return this.serving.url;
  }

  /** One chat call, streamed or not; never throws for what the network does. */
  async chat(text = "hello", stream = false, ms = 15_000): Promise<Heard> {
    const started = performance.now();
    const body = JSON.stringify({ model: MODEL, messages: [{ role: "user", content: text }], stream });
    const signal = AbortSignal.timeout(ms);
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: "POST",
      headers: HEADERS,
      body,
      signal,
    });
    const said = await response.text();
    return {
      kind: kindOf(response.status, said, stream),
      status: response.status,
      text: said,
      ms: performance.now() - started,
      headers: response.headers,
    };
  }

  /** Many calls at once, every second one streamed. */
  crowd(count: number, text = LONG): Promise<Heard[]> {
    return Promise.all(
      Array.from({ length: count }, (_, index) => this.chat(`${text} ${index}`, index % 2 === 1)),
    );
  }

  /** Adds a key through the API; gives the status. */
  async addKey(key: string): Promise<number> {
    const body = JSON.stringify({ keys: [key], validate: false });
    const response = await fetch(`${this.url}/api/keys`, { method: "POST", headers: HEADERS, body });
    await response.text();
    return response.status;
  }

  /** Nothing is held any more by calls that ended. */
  assertIdle(): void {
    const { credentials, queue } = this.proxy.services.pool.view();
    assert.deepEqual(credentials.map(({ inFlight }) => inFlight), credentials.map(() => 0), "a slot is held");
    assert.equal(queue.length, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serving.stop(500);
    await this.link[Symbol.asyncDispose]();
    await this.simulator.close();
  }
}

/** Judges a reply as a client would: a stream is whole when it ends with `[DONE]` and brings no error. */
function kindOf(status: number, text: string, stream: boolean): Heard["kind"] {
  if (status !== 200) {
    assert.ok(typeof JSON.parse(text).error.message === "string", text);
    return "error";
  }
  if (!stream) {
    assert.equal(JSON.parse(text).choices.length, 1);
    return "whole";
  }
  const failed = frames(text).some((frame) => frame["error"] !== undefined);
  const done = text.includes("data: [DONE]");
  assert.ok(failed !== done, `a stream ends either with [DONE] or with an error: ${text.slice(-300)}`);
  return done ? "whole" : "broken";
}

/** Calls again until one is served; gives the milliseconds that took. */
export async function untilServed(bench: ChaosBench, ms: number): Promise<number> {
  const started = performance.now();
  while (true) {
    const { status } = await bench.chat();
    const took = performance.now() - started;
    if (status === 200) return took;
    assert.ok(took < ms, `not served again within ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How many of each kind. */
export function tally(heard: readonly Heard[]): Record<Heard["kind"], number> {
  const count = (kind: Heard["kind"]) => heard.filter((one) => one.kind === kind).length;
  return { whole: count("whole"), error: count("error"), broken: count("broken") };
}
