import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { OverviewView } from "../data/views.ts";
import { data, messageOf } from "./browser_api.ts";
import { listen } from "./live_events.ts";
import { paced } from "./resource.ts";

const EVENTS = ["request", "pool_update", "stats_update", "usage:cap-updated", "stale"] as const;
const LEAST_MS = 2_000;
/** A model comes back without an event when its time has come. */
const LATEST_MS = 10_000;

const current = signal<OverviewView | undefined>(undefined);
const problem = signal("");
let users = 0;
let stop = () => {};

async function read(): Promise<void> {
  try {
    current.value = await data.overview();
    problem.value = "";
  } catch (error) {
    problem.value = messageOf(error);
  }
}

function start(): () => void {
  if (users++ === 0) {
    const pace = paced(read, LEAST_MS);
    const timer = setInterval(() => document.hidden || pace.poke(), LATEST_MS);
    const stops = EVENTS.map((name) => listen(name, pace.poke));
    stop = () => {
      clearInterval(timer);
      pace.stop();
      stops.forEach((one) => one());
    };
  }
  return () => {
    if (--users === 0) stop();
  };
}

/** What the pages say of the state of the proxy, read once for all islands of the page; on the server: what was given. */
export function useOverview<Initial extends OverviewView | undefined>(
  initial: Initial,
): {
  readonly overview: OverviewView | Initial;
  readonly problem: string;
  readonly refresh: () => Promise<void>;
} {
  useEffect(start, []);
  if (typeof document === "undefined") return { overview: initial, problem: "", refresh: read };
  return { overview: current.value ?? initial, problem: problem.value, refresh: read };
}
