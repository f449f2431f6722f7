import type { JsonObject } from "../../src/core/mod.ts";
import { createManualClock, type ManualClock } from "../../src/sim/manual_clock.ts";
import type { SimulatorOptions } from "../../src/sim/options.ts";
import { createSimulator, type Simulator } from "../../src/sim/simulator.ts";

/** A key that the simulators of the unit tests know. */
export const KEY = "AIzaSyTEST000000000000000000000000000001";

/** 2026-03-02 12:00:00 in UTC, which is 04:00 in Los Angeles. */
export const NOON = Date.UTC(2026, 2, 2, 12);

export interface Bench {
  readonly sim: Simulator;
  readonly clock: ManualClock;
  /** Posts to a model method, `generateContent` of gemini-2.5-flash unless told otherwise. */
  post(body: JsonObject, more?: PostOptions): Promise<Response>;
}

export interface PostOptions {
  readonly model?: string;
  readonly method?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

export function bench(options: SimulatorOptions = {}, start = NOON): Bench {
  const clock = createManualClock(start);
  const sim = createSimulator({ clock, projects: [{ id: "alpha", keys: [KEY] }], ...options });
  return {
    sim,
    clock,
    post(body, more = {}) {
      const path = `/v1beta/models/${more.model ?? "gemini-2.5-flash"}:${more.method ?? "generateContent"}`;
      return sim.fetch(
        new Request(`http://sim${path}`, {
          method: "POST",
          headers: { "x-goog-api-key": more.key ?? KEY, "content-type": "application/json" },
          body: JSON.stringify(body),
          ...(more.signal ? { signal: more.signal } : {}),
        }),
      );
    },
  };
}

/** A request with one user text and whatever else it should have. */
export function ask(text: string, more: JsonObject = {}): JsonObject {
  return { contents: [{ role: "user", parts: [{ text }] }], ...more };
}

/** The message of an error answer. */
export async function messageOf(response: Response): Promise<string> {
  const body = await response.json();
  return (Array.isArray(body) ? body[0] : body).error.message;
}

/** The events of an event stream. */
export function eventsIn(text: string): readonly SimEvent[] {
  return text.split(/\r\n\r\n|\n\n|\r\r/).filter((block) => block.startsWith("data: ")).map((block) =>
    JSON.parse(block.slice(6))
  );
}

/** The fields of an event that the tests look at. */
export interface SimEvent {
  readonly candidates?: readonly {
    readonly content?: { readonly role?: string; readonly parts?: readonly SimPart[] };
    readonly finishReason?: string;
    readonly finishMessage?: string;
    readonly groundingMetadata?: JsonObject;
  }[];
  readonly promptFeedback?: { readonly blockReason: string };
  readonly usageMetadata?: Readonly<Record<string, number>>;
  readonly error?: { readonly code: number };
}

export interface SimPart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly inlineData?: { readonly mimeType: string };
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args: JsonObject };
}

export function partsOf(event: SimEvent): readonly SimPart[] {
  return event.candidates?.[0]?.content?.parts ?? [];
}
