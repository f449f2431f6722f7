import type { TurnEvent } from "./turn_event.ts";
import { isObject, type JsonObject } from "../core/mod.ts";
import type { Tool } from "./wire.ts";

/** A change to a stream of events; keeps `turn-end` last. */
export interface EventFilter {
  push(event: TurnEvent): readonly TurnEvent[];
}

/** Keeps the first tool call of each candidate, for clients that asked for no parallel calls. */
export function createFirstToolCall(): EventFilter {
  const called = new Set<number>();
  return {
    push(event) {
      if (event.type !== "tool-call") return [event];
      if (called.has(event.candidate)) return [];
      called.add(event.candidate);
      return [event];
    },
  };
}

interface Tail {
  /** Text that may be the beginning of a stop string. */
  held: string;
  stopped: boolean;
}

/**
 * Cuts each candidate's text before the earliest of `stops`, also when one is spread over several deltas, and ends that
 * candidate there as Gemini does: with reason STOP and the stop string left out.
 */
export function createStopText(stops: readonly string[]): EventFilter {
  const tails = new Map<number, Tail>();
  const tailOf = (candidate: number) => {
    const tail = tails.get(candidate) ?? { held: "", stopped: false };
    tails.set(candidate, tail);
    return tail;
  };
  const release = (candidate: number): TurnEvent[] => {
    const tail = tailOf(candidate);
    const text = tail.held;
    tail.held = "";
    return text === "" ? [] : [{ type: "text-delta", candidate, text }];
  };
  return {
    push(event) {
      if (event.type === "turn-end") {
        const rest = [...tails.keys()].flatMap(release);
        return [...rest, endStopped(event, tails)];
      }
      if (!("candidate" in event)) return [event];
      const tail = tailOf(event.candidate);
      if (tail.stopped) return [];
      if (event.type !== "text-delta") return [...release(event.candidate), event];
      const text = cut(tail, event.text, stops);
      if (text !== "") return [{ ...event, text }];
      return event.signature === undefined
        ? []
        : [{ type: "signature", candidate: event.candidate, signature: event.signature }];
    },
  };
}

/** Returns the part of the text that may be sent. */
function cut(tail: Tail, text: string, stops: readonly string[]): string {
  const whole = tail.held + text;
  const found = stops.map((stop) => whole.indexOf(stop)).filter((at) => at >= 0);
  if (found.length > 0) {
    tail.stopped = true;
    tail.held = "";
    return whole.slice(0, Math.min(...found));
  }
  const keep = Math.max(0, ...stops.map((stop) => openEnd(whole, stop)));
  tail.held = whole.slice(whole.length - keep);
  return whole.slice(0, whole.length - keep);
}

/** How many characters at the end of the text could begin the stop string. */
function openEnd(text: string, stop: string): number {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}

function endStopped(
  event: Extract<TurnEvent, { type: "turn-end" }>,
  tails: ReadonlyMap<number, Tail>,
): TurnEvent {
  const finishes = event.finishes.map((finish) =>
    tails.get(finish.candidate)?.stopped === true ? { candidate: finish.candidate, reason: "STOP" } : finish
  );
  return { ...event, finishes };
}

/** Prefixes that Gemini sometimes puts before a function's name, from its training; they are not part of the name. */
const PREFIX_REGEXP = /^(?:default_api[:.]|functions\.)/;

/**
 * Corrects tool calls to their declarations: a name that differs from exactly one declared name by case or by a
 * prefix of Gemini's becomes that name, any other stays; arguments that were wrapped in `value` are unwrapped.
 */
export function createCallMender(
  tools: readonly Tool[],
  wrapped: ReadonlySet<string>,
): EventFilter | undefined {
  const declared = new Set(
    tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name)),
  );
  if (declared.size === 0) return undefined;
  return {
    push(event) {
      if (event.type !== "tool-call") return [event];
      const name = declared.has(event.name) ? event.name : declaredName(event.name, declared);
      const args = wrapped.has(name) ? unwrapped(event.args) : event.args;
      return name === event.name && args === event.args ? [event] : [{ ...event, name, args }];
    },
  };
}

function declaredName(called: string, declared: ReadonlySet<string>): string {
  const bare = called.replace(PREFIX_REGEXP, "");
  if (declared.has(bare)) return bare;
  for (const word of [called, bare]) {
    const alike = [...declared].filter((name) => name.toLowerCase() === word.toLowerCase());
    if (alike.length === 1) return alike[0]!;
  }
  return called;
}

/** The client's schema allows any value here, not only an object. */
function unwrapped(args: JsonObject): JsonObject {
  return isObject(args) && Object.keys(args).join() === "value" ? args["value"] as JsonObject : args;
}
