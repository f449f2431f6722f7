import type { CappedPool } from "../../src/pool/mod.ts";
import { mapStore } from "../support/pool_fixture.ts";
import type { Contender } from "./contender.ts";
import {
  type ContenderName,
  HOUR,
  MINUTE,
  type Outcome,
  outcomeOf,
  scheduleArrivals,
  TWELVE_PROJECTS,
} from "./demand_scenario.ts";
import { Driver } from "./driver.ts";
import { EventClock } from "./event_clock.ts";
import { poolContender } from "./pool_contender.ts";
import { seededRandom } from "./seeded_random.ts";
import { Tally } from "./tally.ts";
import { oracleCapacity, TrueUpstream } from "./true_upstream.ts";

export interface ProcessesOptions {
  readonly demand: number;
  /** Requests a day, for all processes together. */
  readonly cap?: number;
  /** One process dies without a word in the middle and another takes its place. */
  readonly kill?: boolean;
}

type Process = Contender & { readonly pool: CappedPool };

/** Three processes on one database; each session keeps to the process that the kernel gave it. */
export async function playProcesses(
  contender: ContenderName,
  hours: number,
  options: ProcessesOptions,
  seed = 11,
): Promise<Outcome> {
  const start = Date.UTC(2026, 5, 1, 15);
  const clock = new EventClock(start);
  const random = seededRandom(seed);
  const owners = TWELVE_PROJECTS.flatMap((project, at) => Array.from({ length: project.keys }, () => at));
  const upstream = new TrueUpstream({ projects: TWELVE_PROJECTS, owners, window: "sliding", random });
  const told = owners.map((project) => contender === "pool" ? undefined : `project-${project}`);
  const cluster = new Cluster(clock, told, options.cap);
  for (let i = 0; i < 3; i++) await cluster.join();
  if (options.kill === true) clock.after(hours * HOUR / 2, () => void cluster.replaceFirst());
  const tally = new Tally(start + 10 * MINUTE);
  const driver = new Driver(clock, cluster, upstream, tally, random);
  const end = start + hours * HOUR;
  scheduleArrivals(driver, { projects: TWELVE_PROJECTS, demand: options.demand }, end);
  await clock.runUntil(end + 3 * MINUTE);
  const { served } = upstream;
  await cluster.close();
  const outcome = outcomeOf(
    tally,
    upstream,
    (from, to) => oracleCapacity(TWELVE_PROJECTS, from, to),
    start + 10 * MINUTE,
    end,
  );
  return options.cap === undefined
    ? outcome
    : { ...outcome, capOvershoot: Math.max(0, served - options.cap) };
}

/** Processes that come and go on one database. */
class Cluster implements Contender {
  readonly name = "pool";
  readonly #clock: EventClock;
  readonly #told: readonly (string | undefined)[];
  readonly #store: ReturnType<typeof mapStore>;
  readonly #processes: Process[] = [];
  #count = 0;

  constructor(clock: EventClock, told: readonly (string | undefined)[], cap: number | undefined) {
    this.#clock = clock;
    this.#told = told;
    this.#store = mapStore(new Map(), { now: () => clock.now() });
    const records = this.#store.database.records;
    records.set("settings cap-schedule", { resetTime: "00:00", timezone: "UTC" });
    if (cap === undefined) return;
    const rule = {
      unit: "requests",
      period: "weekly",
      alertThreshold: 80,
      action: "reject",
      enabled: true,
      updatedAt: 1,
    };
    records.set("caps", [{ model: "gemini-flash", limit: cap, ...rule }]);
  }

  async join(): Promise<void> {
    const process = await this.#open();
    this.#processes.push(process);
  }

  /** The first process dies: its record goes when its time is over, what it held is lost. */
  async replaceFirst(): Promise<void> {
    const { database } = this.#store;
    const dead = database.processes.shift();
    const fresh = await this.#open();
    this.#processes[0] = fresh;
    if (dead !== undefined) database.listeners.forEach((listener) => listener());
  }

  claim: Contender["claim"] = (claim, deliver) => {
    const at = Number(claim.session.split("-")[1]) % this.#processes.length;
    this.#processes[at]?.claim(claim, deliver);
  };

  waiting(): number {
    return this.#processes.reduce((sum, process) => sum + process.waiting(), 0);
  }

  async close(): Promise<void> {
    for (const process of this.#processes) await process.close();
  }

  async #open(): Promise<Process> {
    const id = `process-${this.#count++}`;
    const { database } = this.#store;
    database.processes.push({ id, startedAt: this.#clock.now(), until: Infinity });
    const store = mapStore(database.records, { processId: id, database, now: () => this.#clock.now() });
    const random = seededRandom(500 + this.#count);
    const process = await poolContender({
      name: id,
      clock: this.#clock,
      random,
      projects: this.#told,
      store,
    });
    database.listeners.forEach((listener) => listener());
    return process;
  }
}
