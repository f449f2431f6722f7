/** A proxy before the scripted upstream, with a database that outlives its restarts. */
import { createGeminitro, type Geminitro } from "../../../src/composition/mod.ts";
import { systemPorts } from "../../../src/system/mod.ts";
import { type Back, backOf, type Boundary, type Front, frontOf } from "./boundary.ts";
import { SteppedClock, turnOfEvents, turnOfPromises } from "./clock.ts";
import { CountedKv } from "./counted_kv.ts";
import type { Fault } from "./faults.ts";
import type { Lane } from "./lanes.ts";
import { ACCOUNT_MODELS, type Asked, CALL, type Script, scriptedUpstream } from "./upstream.ts";

/** A key, the project that it belongs to, and whether it is faulty. */
export interface KeyPlan {
  readonly project: string;
  readonly bad: boolean;
  /** True when the user told the project. */
  readonly told?: boolean;
  /** True for a Gemini CLI account instead of a key. */
  readonly account?: boolean;
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
const QUICK_TURNS = 30;

let worlds = 0;

/** A database in which a pool's keys are, as adding them left it. */
interface Prepared {
  readonly entries: readonly Deno.KvEntry<unknown>[];
  readonly now: number;
}

/** By plan: keys are added once, and every pool of that plan begins with a copy. */
const prepared = new Map<readonly KeyPlan[], Promise<Prepared>>();

export class World implements AsyncDisposable {
  readonly clock: SteppedClock;
  readonly keys: readonly string[];
  readonly script: Script;
  readonly #plan: readonly KeyPlan[];
  readonly #back: Back;
  readonly #kv: CountedKv;
  readonly #boundary: Boundary;
  #proxy!: Geminitro;
  #front!: Front;
  /** Requests to Google that have not ended, by their CALL header. */
  readonly #fetching = new Set<string>();
  #calls = 0;
  readonly #world = worlds++;
  #names = 0;
  readonly #struck = new Map<string, { readonly fault: Fault; readonly lane: Lane }>();
  /** Calls that have arrived and are not answered. */
  #inside = 0;
  #streaming = false;
  /** Keys and told projects that had been refused before the last call. */
  #refused: ReadonlySet<string> = new Set();

  private constructor(
    plan: readonly KeyPlan[],
    kv: Deno.Kv,
    boundary: Boundary,
    from?: Prepared,
  ) {
    this.#plan = plan;
    this.#kv = new CountedKv(kv);
    this.#boundary = boundary;
    this.clock = new SteppedClock(from?.now);
    this.keys = plan.map(({ account }, index) =>
      (account === true ? "ya29.matrix-account-" : "AIzaSyMatrixKey00000000000000000000") +
      String(index).padStart(4, "0")
    );
    const upstream = scriptedUpstream(this.keys);
    this.script = upstream.script;
    this.#back = backOf(upstream, boundary);
  }

  static async open(plan: readonly KeyPlan[], boundary: Boundary = "functions"): Promise<World> {
    const making = prepared.get(plan) ?? World.#prepare(plan);
    prepared.set(plan, making);
    const from = await making;
    const kv = await Deno.openKv(":memory:");
    for (const { key, value } of from.entries) await kv.set(key, value);
    const world = new World(plan, kv, boundary, from);
    await world.#start();
    return world;
  }

  static async #prepare(plan: readonly KeyPlan[]): Promise<Prepared> {
    const world = new World(plan, await Deno.openKv(":memory:"), "functions");
    await world.#start();
    for (const [index, key] of world.keys.entries()) {
      await world.#add(key, plan[index]!);
    }
    await world.#stop();
    await world.#back[Symbol.asyncDispose]();
    const entries = await Array.fromAsync(world.#kv.kv.list({ prefix: [] }));
    world.#kv.kv.close();
    return { entries, now: world.clock.now() };
  }

  async #add(key: string, { project, told, account }: KeyPlan): Promise<void> {
    const { admin, store } = this.#proxy.services;
    if (account === true) {
      const added = await store.credentials.add({
        source: "gemini_cli",
        email: `${project}@example.com`,
        refreshToken: `1//${project}`,
        accessToken: key,
        // No cell lasts that long: tokens that end are met in the tests of accounts.
        accessExpiresAt: this.clock.now() + 30 * 24 * 3_600_000,
        codeAssistProject: project,
      }, { at: this.clock.now(), models: ACCOUNT_MODELS });
      if (!added.ok) throw new Error("An account was not added");
      return;
    }
    const added = await admin.addKeys({ keys: [key], ...(told === true ? { project } : {}) });
    if (!added.ok || added.value.some((one) => !one.ok)) throw new Error("A key was not added");
  }

  async #start(): Promise<void> {
    const ports = systemPorts();
    this.#proxy = await createGeminitro({
      kv: this.#kv.kv,
      env: {
        GEMINITRO_KV: ":memory:",
        GEMINITRO_HOME: "/nonexistent/geminitro-test",
        GEMINITRO_MASTER_KEY: "5a".repeat(32),
        GEMINI_API_URL: this.#back.url,
        CODE_ASSIST_URL: this.#back.url,
        QUEUE_MAX_WAIT: "0",
        TIMEOUT_READ_STREAMING: String(SILENCE_MS),
        TIMEOUT_READ_NON_STREAMING: String(SILENCE_MS),
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
    const counted = {
      ...this.#proxy,
      fetch: (...call: Parameters<Geminitro["fetch"]>) => this.#arrived(...call),
    };
    this.#front = await frontOf(counted, this.#boundary);
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

  /** Names in their order, so that a run is like the one before; no two pools of this process share one. */
  #newId(prefix: string): string {
    return prefix + String(this.#world).padStart(6, "0") + String(this.#names++).padStart(16, "0");
  }

  async #fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const call = String(this.#calls++);
    request.headers.set(CALL, call);
    this.#fetching.add(call);
    try {
      return await this.#back.fetch(request);
    } finally {
      this.#fetching.delete(call);
    }
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
    return await this.#front.send(path, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
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
    let wasSilent = false;
    for (let idle = 0, turns = 0; !over; turns++) {
      // Without sockets a silent upstream leaves nothing to wait for but timers; others need the machine in between.
      const isQuick = wasSilent && this.#boundary === "functions" && turns % QUICK_TURNS !== 0;
      await (isQuick ? turnOfPromises() : turnOfEvents());
      if (over) break;
      const asking = this.#fetching.size > 0;
      // A request or reply that is still on its way is not silent, however long the machine takes over it.
      const silent = asking && this.#fetching.isSubsetOf(this.script.silent) && this.#kv.busy === 0;
      // On its way through sockets a call takes the machine's time, not the proxy's.
      const waiting = always || this.#inside > 0 || this.#streaming;
      const working = this.#kv.busy > 0 || (asking && !silent);
      idle = waiting && !working && silent === wasSilent ? idle + 1 : 0;
      wasSilent = silent;
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
    await this.#passingTime(() => this.#front.stop(), true);
  }

  /** Checks every key, as `geminitro key check` does. */
  async check(): Promise<void> {
    await this.#passingTime(async () => void await (await this.#send("/api/keys/check", {})).text());
  }

  async lines(): Promise<readonly KeyLine[]> {
    const reply = await this.#front.send("/api/keys/safe", { headers: { authorization: `Bearer ${TOKEN}` } });
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
    await this.#back[Symbol.asyncDispose]();
    this.#kv.kv.close();
  }
}

function concerned(asked: Asked, lane: Lane): boolean {
  return asked.operation === lane.operation && asked.model === lane.model;
}
