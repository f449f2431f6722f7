/** A proxy on a real port before the scripted upstream, with a database that outlives its restarts. */
import { createGeminitro, type Geminitro, serve, type Serving } from "../../../src/composition/mod.ts";
import { systemPorts } from "../../../src/system/mod.ts";
import { SteppedClock, turnOfEvents } from "./clock.ts";
import type { Fault } from "./faults.ts";
import type { Lane } from "./lanes.ts";
import { type Asked, RESET, type Script, type Upstream } from "./upstream.ts";

/** A key, the project that it belongs to, and whether it is faulty. */
export interface KeyPlan {
  readonly project: string;
  readonly bad: boolean;
  /** True when the user told the project. */
  readonly told?: boolean;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** What Google was asked for this call. */
  readonly asked: readonly Asked[];
  /** The proxy's time that the call took. */
  readonly tookMs: number;
}

/** One line of the key list, without what changes by itself. */
export interface KeyLine {
  readonly status: string;
  readonly reason: string | null;
  readonly cooldowns: readonly string[];
}

const TOKEN = "geminitro";
/** How long a silent key is listened to. */
export const SILENCE_MS = 20_000;
/** The proxy's time after which a call counts as hanging. */
const LONGEST_CALL = 20 * 60_000;
let made = 0;

export class World implements AsyncDisposable {
  readonly clock = new SteppedClock();
  readonly keys: readonly string[];
  readonly script: Script;
  readonly #plan: readonly KeyPlan[];
  readonly #upstream: Upstream;
  readonly #env: Readonly<Record<string, string>>;
  readonly #kv: Deno.Kv;
  #proxy!: Geminitro;
  #serving!: Serving;
  /** Its connections end with it, so that nobody waits for them when the proxy stops. */
  #client!: Deno.HttpClient;
  #fetching = 0;
  #names = 0;
  readonly #struck = new Map<string, { readonly fault: Fault; readonly lane: Lane }>();
  /** Calls that have arrived and are not answered. */
  #inside = 0;
  #streaming = false;
  /** Keys and told projects that had been refused before the last call. */
  #refused: ReadonlySet<string> = new Set();

  private constructor(
    upstream: Upstream,
    plan: readonly KeyPlan[],
    kv: Deno.Kv,
    env: Readonly<Record<string, string>>,
  ) {
    this.#upstream = upstream;
    this.#plan = plan;
    this.#kv = kv;
    this.#env = env;
    const world = String(made++).padStart(8, "0");
    this.keys = plan.map((_, index) =>
      `AIzaSyMatrixKey${world}000000000000${String(index).padStart(4, "0")}`
    );
    this.script = upstream.script(this.keys);
  }

  static async open(
    upstream: Upstream,
    plan: readonly KeyPlan[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<World> {
    const world = new World(upstream, plan, await Deno.openKv(":memory:"), env);
    await world.#start();
    for (const [index, key] of world.keys.entries()) {
      const { project, told } = plan[index]!;
      const added = await world.#proxy.rooms.admin.addKeys({
        keys: [key],
        ...(told === true ? { project } : {}),
      });
      if (!added.ok || added.value.some((one) => !one.ok)) throw new Error("A key was not added");
    }
    return world;
  }

  async #start(): Promise<void> {
    this.#client = Deno.createHttpClient({});
    const ports = systemPorts();
    this.#proxy = await createGeminitro({
      kv: this.#kv,
      env: {
        GEMINITRO_KV: ":memory:",
        GEMINITRO_HOME: "/nonexistent/geminitro-test",
        GEMINITRO_MASTER_KEY: "5a".repeat(32),
        GEMINI_API_URL: this.#upstream.url,
        QUEUE_MAX_WAIT: "0",
        TIMEOUT_READ_STREAMING: String(SILENCE_MS),
        TIMEOUT_READ_NON_STREAMING: String(SILENCE_MS),
        ...this.#env,
      },
      ports: {
        ...ports,
        clock: this.clock,
        random: () => 0.5,
        newId: (prefix) => this.#newId(prefix),
        fetch: (input, init) => this.#fetch(input, init),
      },
      print() {},
    });
    this.#serving = await serve({ ...this.#proxy, fetch: (request, info) => this.#arrived(request, info) }, {
      host: "127.0.0.1",
      port: 0,
    });
  }

  async #arrived(...[request, info]: Parameters<Geminitro["fetch"]>): Promise<Response> {
    this.#inside++;
    try {
      const reply = await this.#proxy.fetch(request, info);
      if (reply.headers.get("content-type")?.startsWith("text/event-stream") !== true) return reply;
      this.#streaming = true;
      return reply;
    } finally {
      this.#inside--;
    }
  }

  /** Names in their order, so that a run is like the one before. */
  #newId(prefix: string): string {
    return prefix + String(this.#names++).padStart(22, "0");
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    this.#fetching++;
    try {
      const reply = await fetch(input, init);
      // Read here, so that no time passes while sockets are slow.
      const body = await reply.bytes();
      if (!reply.headers.has(RESET)) {
        return new Response(body, { status: reply.status, headers: reply.headers });
      }
    } finally {
      this.#fetching--;
    }
    throw new TypeError("error sending request: connection closed before message completed");
  }

  /** Lets the faulty keys meet a fault on this operation and model, or everywhere when it concerns the key as a whole. */
  strike(fault: Fault, lane: Lane): void {
    const whole = fault.concern === "credential" || fault.concern === "project" || fault.concern === "egress";
    this.script.fault = (asked) => {
      const plan = this.#plan[this.keys.indexOf(asked.key)];
      // A caller's mistake and this machine's network are the same for every key.
      const everybody = fault.concern === "request" || fault.concern === "egress";
      if (plan === undefined || !(plan.bad || everybody)) return undefined;
      // A list of models costs no quota: only a key that is refused altogether is refused there.
      if (asked.model === "*list*" ? fault.concern !== "credential" : !whole && !concerned(asked, lane)) {
        return undefined;
      }
      return fault.reply(asked, { project: plan.project, now: this.clock.now() });
    };
  }

  /** Lets one key meet a fault, whatever the others meet; undefined heals it. */
  strikeKey(index: number, fault: Fault | undefined, lane: Lane): void {
    if (fault === undefined) this.#struck.delete(this.keys[index]!);
    else this.#struck.set(this.keys[index]!, { fault, lane });
    this.script.fault = (asked) => {
      const struck = this.#struck.get(asked.key);
      if (struck === undefined) return undefined;
      const whole = struck.fault.concern === "credential" || struck.fault.concern === "project";
      if (
        asked.model === "*list*"
          ? struck.fault.concern !== "credential"
          : !whole && !concerned(asked, struck.lane)
      ) {
        return undefined;
      }
      const { project } = this.#plan[this.keys.indexOf(asked.key)]!;
      return struck.fault.reply(asked, { project, now: this.clock.now() });
    };
  }

  heal(): void {
    this.#struck.clear();
    this.script.fault = undefined;
  }

  async call(lane: Lane, model = lane.model, text = "hello"): Promise<Reply> {
    const before = this.script.asked.length;
    this.#refused = new Set(this.script.asked.flatMap((asked) => this.#namesOf(asked.key)));
    const start = this.clock.now();
    const response = await this.#passingTime(async () => {
      const reply = await this.#send(lane.path(model), lane.body(model, text));
      return { status: reply.status, headers: reply.headers, text: await reply.text() };
    });
    return { ...response, asked: this.script.asked.slice(before), tookMs: this.clock.now() - start };
  }

  /** Whether a faulty key, or one of its told siblings, had been asked before the last call. */
  knownBad(index: number, together: boolean): boolean {
    const key = this.keys[index]!;
    if (this.#plan[index]?.bad !== true) return false;
    return (together ? this.#namesOf(key) : [key]).some((name) => this.#refused.has(name));
  }

  #namesOf(key: string): readonly string[] {
    const plan = this.#plan[this.keys.indexOf(key)];
    return plan?.told === true ? [key, plan.project] : [key];
  }

  async #send(path: string, body: unknown): Promise<Response> {
    return await fetch(this.#serving.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      client: this.#client,
    });
  }

  /** Runs the work, with time passing whenever nobody is being asked. */
  async #passingTime<Value>(work: () => Promise<Value>, always = false): Promise<Value> {
    const start = this.clock.now();
    let over = false;
    this.#streaming = false;
    const result = work().finally(() => over = true);
    // The failure is the caller's to see, below.
    result.catch(() => {});
    for (let idle = 0; !over;) {
      await turnOfEvents();
      if (over) break;
      const silent = this.#fetching > 0 && this.script.busy === 0;
      // On its way through sockets a call takes the machine's time, not the proxy's.
      const waiting = always || this.#inside > 0 || this.#streaming;
      idle = waiting && (this.#fetching === 0 || silent) ? idle + 1 : 0;
      if (idle < 4) continue;
      idle = 1;
      if (this.clock.now() - start > LONGEST_CALL) throw new Error("The call hangs");
      this.clock.step();
    }
    return await result;
  }

  /** Lets what was begun in the background be written. */
  async settle(): Promise<void> {
    const end = this.clock.now() + 1_000;
    while (this.clock.step(end - this.clock.now())) await turnOfEvents();
    await turnOfEvents();
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.#start();
  }

  async #stop(): Promise<void> {
    this.#client.close();
    await this.#passingTime(() => this.#serving.stop(1_000), true);
  }

  /** Checks every key, as `geminitro key check` does. */
  async check(): Promise<void> {
    await this.#passingTime(async () => void await (await this.#send("/api/keys/check", {})).text());
  }

  async lines(): Promise<readonly KeyLine[]> {
    const reply = await fetch(`${this.#serving.url}/api/keys/safe`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      client: this.#client,
    });
    const keys = await reply.json() as {
      status: string;
      reason: string | null;
      label: string;
      tail: string;
      cooldowns: { scope: string; reason: string }[];
    }[];
    return keys.sort((a, b) => a.tail < b.tail ? -1 : 1).map(({ status, reason, cooldowns }) => ({
      status,
      reason,
      cooldowns: cooldowns.map((one) => `${one.scope}: ${one.reason}`).sort(),
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    this.#kv.close();
  }
}

function concerned(asked: Asked, lane: Lane): boolean {
  return asked.operation === lane.operation && asked.model === lane.model;
}
