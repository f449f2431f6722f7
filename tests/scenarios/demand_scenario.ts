import { EventClock } from "./event_clock.ts";
import { leastUsedBlind, roundRobinFlat, sequentialKeys } from "./baselines.ts";
import type { Contender } from "./contender.ts";
import { Driver } from "./driver.ts";
import { poolContender } from "./pool_contender.ts";
import { seededRandom } from "./seeded_random.ts";
import { Tally } from "./tally.ts";
import { oracleCapacity, type TrueProject, TrueUpstream, type TrueUpstreamOptions } from "./true_upstream.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const WARM_UP = 10 * MINUTE;

export type ContenderName = "pool" | "pool, projects told" | "round robin" | "least used" | "sequential";
export const CONTENDERS: readonly ContenderName[] = [
  "pool",
  "pool, projects told",
  "round robin",
  "least used",
  "sequential",
];

/** Twenty keys in twelve projects with mixed limits: the pool of the study. */
export const TWELVE_PROJECTS: readonly TrueProject[] = [
  [1, 10],
  [2, 15],
  [3, 5],
  [1, 10],
  [2, 30],
  [1, 10],
  [3, 5],
  [2, 15],
  [1, 10],
  [1, 10],
  [2, 10],
  [1, 10],
].map(([keys = 1, rpm = 10]) => ({ keys, rpm: () => rpm }));

export interface DemandScenario {
  readonly projects: readonly TrueProject[];
  readonly window: "sliding" | "fixed";
  /** Turns as a share of what the projects can serve a minute. */
  readonly demand: number;
  readonly hours: number;
  readonly start?: number;
  readonly seed?: number;
  readonly contender: ContenderName;
  /** What the user told of each key's project; by default nothing, or the truth. */
  readonly told?: (key: number, project: number) => string | undefined;
  readonly upstream?: Partial<Pick<TrueUpstreamOptions, "diesAt" | "overload">>;
  /** Turns a minute, if not from the limits at the start. */
  readonly turnsPerMinute?: (now: number) => number;
  readonly sessions?: number;
  /** Refused clients come back at the stated time, and go on until they are served. */
  readonly obedient?: boolean;
}

export interface Outcome {
  readonly turns: number;
  readonly completedPercent: number;
  readonly clientFailures: number;
  readonly wastedPerThousand: number;
  readonly oracleShare: number;
  readonly p50: number;
  readonly p99: number;
  readonly fairness: number;
  readonly toDeadKeys: number;
  readonly truePromises: number | undefined;
  readonly deniedWithoutTime: number;
  /** Refusals for the day whose time was not the true reset. */
  readonly falseResets: number;
  readonly capOvershoot?: number;
}

/** Open arrivals at random against one contender. */
export async function playDemand(scenario: DemandScenario): Promise<Outcome> {
  const start = scenario.start ?? Date.UTC(2026, 5, 1, 15);
  const clock = new EventClock(start);
  const random = seededRandom(scenario.seed ?? 1);
  const owners = shuffled(
    scenario.projects.flatMap((project, at) => Array.from({ length: project.keys }, () => at)),
    random,
  );
  const upstream = new TrueUpstream({
    projects: scenario.projects,
    owners,
    window: scenario.window,
    random,
    ...scenario.upstream,
  });
  const contender = await contenderOf(scenario, clock, owners);
  const tally = new Tally(start + WARM_UP);
  const driver = new Driver(clock, contender, upstream, tally, random, scenario.obedient);
  const end = start + scenario.hours * HOUR;
  scheduleArrivals(driver, scenario, end);
  await clock.runUntil(end + 3 * MINUTE);
  await contender.close();
  const diesAt = scenario.upstream?.diesAt;
  const alive = (project: number, now: number) =>
    diesAt === undefined || owners.some((owner, key) => owner === project && now < diesAt(key));
  return outcomeOf(
    tally,
    upstream,
    (from, to) => oracleCapacity(scenario.projects, from, to, alive),
    start + WARM_UP,
    end,
  );
}

/** What the oracle could have completed: in each Pacific day no more than came, and no more than the limits allow. */
function possibleTurns(
  tally: Tally,
  capacity: (from: number, to: number) => number,
  from: number,
  end: number,
): number {
  let possible = 0, start = from;
  for (const [day, turns] of [...tally.byDay].sort(([a], [b]) => a - b)) {
    possible += Math.min(turns, capacity(start, Math.min(day, end)));
    start = day;
  }
  return possible;
}

export function outcomeOf(
  tally: Tally,
  upstream: Pick<TrueUpstream, "toDeadKeys">,
  capacity: (from: number, to: number) => number,
  from: number,
  end: number,
): Outcome {
  const possible = possibleTurns(tally, capacity, from, end);
  return {
    turns: tally.turns,
    completedPercent: 100 * tally.ok / Math.max(1, tally.turns),
    clientFailures: tally.turns - tally.ok,
    wastedPerThousand: 1000 * tally.judgedRefused / Math.max(1, tally.judgedOk),
    oracleShare: tally.judgedOk / Math.max(1, possible),
    p50: tally.quantile(0.5),
    p99: tally.quantile(0.99),
    fairness: tally.fairness,
    toDeadKeys: upstream.toDeadKeys,
    truePromises: tally.truePromises,
    deniedWithoutTime: tally.deniedWithoutTime,
    falseResets: tally.falseResets,
  };
}

export async function contenderOf(
  scenario: Pick<DemandScenario, "contender" | "told" | "seed">,
  clock: EventClock,
  owners: readonly number[],
): Promise<Contender> {
  switch (scenario.contender) {
    case "round robin":
      return roundRobinFlat(clock, owners.length);
    case "least used":
      return leastUsedBlind(clock, owners.length);
    case "sequential":
      return sequentialKeys(clock, owners.length);
    default: {
      const truth = (_key: number, project: number) => `project-${project}`;
      const told = scenario.told ?? (scenario.contender === "pool" ? () => undefined : truth);
      const random = seededRandom((scenario.seed ?? 1) + 1_000);
      return await poolContender({
        name: scenario.contender,
        clock,
        random,
        projects: owners.map((project, key) => told(key, project)),
      });
    }
  }
}

/** Turns at random moments, each of a random session, until `end`. */
export function scheduleArrivals(
  driver: Driver,
  scenario: Pick<DemandScenario, "projects" | "demand" | "turnsPerMinute" | "sessions">,
  end: number,
): void {
  const { clock, random } = driver;
  const perMinute = scenario.turnsPerMinute ??
    ((now) => scenario.projects.reduce((sum, project) => sum + project.rpm(now), 0) * scenario.demand);
  const sessions = scenario.sessions ?? 40;
  let count = 0;
  const arrive = () => {
    const now = clock.now();
    if (now > end) return;
    const session = Math.floor(random() * sessions);
    driver.start({
      client: `client-${session % 8}`,
      session: `session-${session}`,
      model: "gemini-flash",
      inputTokens: 500 + (++count * 37) % 1_009,
      arrivedAt: now,
    });
    clock.after((MINUTE / perMinute(now)) * -Math.log(1 - random()), arrive);
  };
  clock.after(0, arrive);
}

function shuffled(values: number[], random: () => number): number[] {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [values[i], values[j]] = [values[j] ?? 0, values[i] ?? 0];
  }
  return values;
}
