import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { OverviewView } from "../data/views.ts";
import { data, messageOf } from "./browser_api.ts";
import { connection, listen } from "./live_events.ts";
import { OVERVIEW_READS } from "./reads.ts";
import { paced } from "./resource.ts";

const READ = OVERVIEW_READS.overview;

const current = signal<OverviewView | undefined>(undefined);
const problem = signal("");
let users = 0;
let stop = () => {};

async function read(): Promise<void> {
  try {
    current.value = await READ.load(data);
    problem.value = "";
  } catch (error) {
    problem.value = messageOf(error);
  }
}

function start(): () => void {
  if (users++ === 0) {
    const pace = paced(read, READ.leastMs);
    const timer = setInterval(() => document.hidden || pace.poke(), READ.everyMs);
    const stops = [...READ.events, "stale" as const].map((name) => listen(name, pace.poke));
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
  /** The server cannot be reached: what is shown is what was known then. */
  readonly stale: boolean;
  readonly refresh: () => Promise<void>;
} {
  useEffect(start, []);
  if (typeof document === "undefined") return { overview: initial, problem: "", stale: false, refresh: read };
  const stale = connection.value === "lost" || problem.value !== "";
  return { overview: current.value ?? initial, problem: problem.value, stale, refresh: read };
}
