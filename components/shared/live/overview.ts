import type { OverviewView } from "../views.ts";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, messageOf } from "./browser_api.ts";
import { connection, listen } from "./live_events.ts";
import { type LiveRead, paced } from "./resource.ts";

/** The verdict of every page: a model comes back without an event when its time has come. */
export const OVERVIEW_READ: LiveRead<OverviewView> = {
  load: (client) => client.overview(),
  events: ["request", "pool_update", "stats_update", "usage:cap-updated"],
  leastMs: 2_000,
  everyMs: 10_000,
};

const current = signal<OverviewView | undefined>(undefined);
const problem = signal("");
let users = 0;
let stop = () => {};

async function read(): Promise<void> {
  try {
    current.value = await OVERVIEW_READ.load(api);
    problem.value = "";
  } catch (error) {
    problem.value = messageOf(error);
  }
}

function start(): () => void {
  if (users++ === 0) {
    const pace = paced(read, OVERVIEW_READ.leastMs);
    const timer = setInterval(() => document.hidden || pace.poke(), OVERVIEW_READ.everyMs);
    const stops = [...OVERVIEW_READ.events, "stale" as const].map((name) => listen(name, pace.poke));
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

/** The state of the proxy, read once for all islands of the page; on the server: the given value. */
export function useOverview<Initial extends OverviewView | undefined>(
  initial: Initial,
): {
  readonly overview: OverviewView | Initial;
  readonly problem: string;
  /** The server cannot be reached: what is shown is what was known then. */
  readonly stale: boolean;
  readonly refresh: () => Promise<void>;
} {
  useEffect(start, []);
  if (typeof document === "undefined") return { overview: initial, problem: "", stale: false, refresh: read };
  const stale = connection.value === "lost" || problem.value !== "";
  return { overview: current.value ?? initial, problem: problem.value, stale, refresh: read };
}
