import assert from "node:assert/strict";
import fc from "fast-check";
import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import { serveSimulator } from "../../src/sim/mod.ts";
import { systemPorts } from "../../src/system/mod.ts";
import { MovedClock } from "./moved_clock.ts";
import { KEYS } from "./proxy_under_test.ts";

export const MODELS = ["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.5-flash-lite"] as const;

export type Step =
  | { readonly kind: "call"; readonly model: number }
  | { readonly kind: "refused" }
  | { readonly kind: "key"; readonly enabled: boolean }
  | { readonly kind: "cap"; readonly limit: number }
  | { readonly kind: "fallback"; readonly on: boolean }
  | { readonly kind: "restart" }
  | { readonly kind: "later"; readonly minutes: number };

export const worldSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant("call" as const), model: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.constant({ kind: "refused" as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("key" as const), enabled: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cap" as const), limit: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("fallback" as const), on: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("later" as const), minutes: fc.nat(90) }) },
  ),
  { minLength: 3, maxLength: 12 },
);

/** The program on a database that outlives it, with Google's stand-in behind it. */
export class World implements AsyncDisposable {
  readonly clock = new MovedClock();
  readonly simulator = serveSimulator({
    projects: KEYS.map((key, index) => ({
      id: `p${index}`,
      keys: [key],
      limits: { "gemini-2.5-pro": { rpd: 1 }, "gemini-2.5-flash": { rpm: 3 } },
    })),
  });
  private constructor(readonly kv: Deno.Kv) {}
  proxy!: Geminitro;

  static async open(): Promise<World> {
    const world = new World(await Deno.openKv(":memory:"));
    await world.start();
    const added = await world.proxy.services.admin.addKeys({ keys: [...KEYS] });
    assert.ok(added.ok);
    return world;
  }

  async start(): Promise<void> {
    this.proxy = await createGeminitro({
      env: {
        GEMINITRO_KV: ":memory:",
        GEMINITRO_MASTER_KEY: "a-master-key-that-outlives-a-restart-0001",
        GEMINI_API_URL: this.simulator.url,
        QUEUE_MAX_WAIT: "0",
        LOG_LEVEL: "error",
      },
      kv: this.kv,
      ports: { ...systemPorts(), clock: this.clock },
      print: () => {},
    });
  }

  /** Asks for one answer as an agent would; gives the status. */
  async ask(model: string, token = "geminitro"): Promise<number> {
    const response = await this.proxy.fetch(
      new Request("http://localhost/v1/chat/completions", {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "hello" }] }),
      }),
    );
    await response.text();
    return response.status;
  }

  async do(step: Step): Promise<void> {
    const { admin, store } = this.proxy.services;
    switch (step.kind) {
      case "call":
        return void await this.ask(MODELS[step.model]!);
      case "refused":
        return void await this.ask("gemini-9");
      case "key": {
        const [first] = await store.credentials.list();
        await admin.editKey(first!.id, { enabled: step.enabled });
        return;
      }
      case "cap":
        await admin.putCap({ model: MODELS[2], limit: step.limit });
        return;
      case "fallback":
        await (step.on ? admin.putFallback(MODELS[1], [MODELS[0]]) : admin.removeFallback(MODELS[1]));
        return;
      case "restart":
        await this.proxy.close();
        return await this.start();
      case "later":
        this.clock.move(step.minutes * 60_000);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close();
    this.kv.close();
    await this.simulator.close();
  }
}
