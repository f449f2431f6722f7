import type { LocalClient } from "../../../src/management/client.ts";
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { api, messageOf } from "./browser_api.ts";
import { listen, type PageEventName } from "./live_events.ts";

/** Options of keeping a value current. */
export interface LiveRead<Value> {
  readonly load: (client: LocalClient) => Promise<Value>;
  /** Events on which it is read again. */
  readonly events: readonly Exclude<PageEventName, "stale">[];
  /** At most once in so many milliseconds. */
  readonly leastMs: number;
  /** Also without an event, every so many milliseconds while somebody looks. */
  readonly everyMs?: number;
}

/** A value that came with the page and is read again when something happens. */
export interface Resource<Value> {
  readonly value: Signal<Value>;
  /** The error of the last reading; empty if it succeeded. The value stays the last good one. */
  readonly problem: Signal<string>;
  /** The time at which the value was read. */
  readonly asOf: Signal<number>;
  refresh(): Promise<void>;
}

const LEAST_MS = 1_000;
/** The events of one call come within a moment: one reading after them is enough. */
const SETTLE_MS = 400;

/** Reading may take at most one part in so many of the time. */
const PATIENCE = 20;

/** Runs `task` soon, at most once in `leastMs`, never twice at a time, and the more rarely the longer it takes. */
export function paced(task: () => Promise<void>, leastMs: number = LEAST_MS): { poke(): void; stop(): void } {
  let last = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running = false;
  let again = false;
  const run = async () => {
    timer = undefined;
    if (running) return void (again = true);
    running = true;
    const began = performance.now();
    await task();
    last = began + (performance.now() - began) * (PATIENCE - 1);
    running = false;
    if (again) poke();
    again = false;
  };
  const poke = () => {
    timer ??= setTimeout(run, Math.max(SETTLE_MS, last + leastMs - performance.now()));
  };
  return { poke, stop: () => clearTimeout(timer) };
}

/**
 * Shows `initial` at once; reads it again on the named events (at most once in `leastMs`), when events did not reach the page, and, where
 * no event tells of a change, every `everyMs` while somebody looks.
 */
export function useResource<Value>(
  initial: Value,
  load: () => Promise<Value>,
  events: readonly PageEventName[],
  leastMs: number = LEAST_MS,
  everyMs?: number,
): Resource<Value> {
  const value = useSignal(initial);
  const problem = useSignal("");
  const asOf = useSignal(Date.now());
  const refresh = useMemo(() => async () => {
    try {
      value.value = await load();
      asOf.value = Date.now();
      problem.value = "";
    } catch (error) {
      problem.value = messageOf(error);
    }
  }, []);
  useEffect(() => {
    const pace = paced(refresh, leastMs);
    const stops = [...events, "stale" as const].map((name) => listen(name, pace.poke));
    const timer = everyMs === undefined
      ? undefined
      : setInterval(() => document.hidden || pace.poke(), everyMs);
    return () => {
      clearInterval(timer);
      pace.stop();
      stops.forEach((stop) => stop());
    };
  }, []);
  return { value, problem, asOf, refresh };
}

/** The same for what is read by a table. */
export function useLiveRead<Value>(initial: Value, read: LiveRead<Value>): Resource<Value> {
  return useResource(initial, () => read.load(api), read.events, read.leastMs, read.everyMs);
}
