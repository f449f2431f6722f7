import { playAgents } from "./agents_scenario.ts";
import {
  type ContenderName,
  type DemandScenario,
  HOUR,
  MINUTE,
  type Outcome,
  playDemand,
  TWELVE_PROJECTS,
} from "./demand_scenario.ts";
import { playHttp } from "./http_scenario.ts";
import { playProcesses, type ProcessesOptions } from "./processes_scenario.ts";
import type { TrueProject } from "./true_upstream.ts";

/** One row of the table: what is played, by name, for any contender. */
export interface Scenario {
  readonly letter: string;
  readonly name: string;
  /** Who plays it, if not all. */
  readonly contenders?: readonly ContenderName[];
  /** Another seed plays another course of the same kind; without one the scenario's own. */
  play(contender: ContenderName, hours: number, seed?: number): Promise<Outcome>;
}

const POOLS: readonly ContenderName[] = ["pool", "pool, projects told"];
const START = Date.UTC(2026, 5, 1, 15);

function demandRow(
  letter: string,
  name: string,
  scenario: Omit<DemandScenario, "contender" | "hours">,
  hoursOf: (hours: number) => number = (hours) => hours,
): Scenario {
  return {
    letter,
    name,
    play: (contender, hours, seed) =>
      playDemand({ ...scenario, contender, hours: hoursOf(hours), ...(seed === undefined ? {} : { seed }) }),
  };
}

/** (a) Twenty keys in twelve projects at several demands, under both ways in which minutes can be counted. */
const demands = (["sliding", "fixed"] as const).flatMap((window) =>
  [0.5, 0.9, 1, 1.5].map((demand) =>
    demandRow("a", `20 keys, 12 projects, ${demand * 100} % demand, ${window} minutes`, {
      projects: TWELVE_PROJECTS,
      window,
      demand,
      start: START,
    })
  )
);

/** (a) again, with clients that come back exactly when they were told. */
const obedient = demandRow("a", "20 keys, 12 projects, 150 % demand, refused clients come back when told", {
  projects: TWELVE_PROJECTS,
  window: "sliding",
  demand: 1.5,
  start: START,
  obedient: true,
}, () => 1);

/** (b) Days of 300 requests, over the night in which the clocks go forward (a day of 23 hours). */
const daily = demandRow("b", "daily limits, two resets, change to summer time", {
  projects: TWELVE_PROJECTS.map((project) => ({ ...project, rpd: 300 })),
  window: "sliding",
  demand: 0,
  start: Date.UTC(2026, 2, 8, 7),
  turnsPerMinute: () => 3,
}, () => 26);

/** (c) Twenty of 27 keys are refused for good, one more each four minutes. */
const dying = demandRow("c", "27 keys, 20 die one by one", {
  projects: Array.from({ length: 27 }, (): TrueProject => ({ keys: 1, rpm: () => 10 })),
  window: "sliding",
  demand: 0,
  start: START,
  turnsPerMinute: () => 60,
  upstream: { diesAt: (key) => key < 20 ? START + (12 + 4 * key) * MINUTE : Infinity },
}, (hours) => Math.max(hours, 2));

/** (d) Six of ten calls are answered 503 for ten minutes. */
const overloaded = demandRow("d", "model overloaded for 10 minutes (60 % of calls refused)", {
  projects: TWELVE_PROJECTS,
  window: "sliding",
  demand: 0.7,
  start: START,
  upstream: { overload: (now) => now >= START + 30 * MINUTE && now < START + 40 * MINUTE ? 0.6 : 0 },
});

const agents: Scenario = {
  letter: "e",
  name: "8 agents with 4 subagents each on 2 projects",
  play: (contender, hours, seed) => playAgents(contender, hours, seed),
};

/** (f) The user says that two keys of the largest project are two projects; the rest is told truly. */
const mistaken = demandRow("f", "two keys of one project entered as two", {
  projects: TWELVE_PROJECTS,
  window: "sliding",
  demand: 0.9,
  start: START,
  told: (key, project) => project === 4 ? `mistaken-${key}` : `project-${project}`,
});

/** (g) All limits halve after one third and rise to twice the original after two thirds; demand follows at 90 %. */
const moving: Scenario = {
  letter: "g",
  name: "limits halved, then doubled, without notice, 90 % demand",
  play(contender, hours, seed) {
    const third = hours * HOUR / 3;
    const factor = (now: number) => now < START + third ? 1 : now < START + 2 * third ? 0.5 : 2;
    const projects = TWELVE_PROJECTS.map((project): TrueProject => ({
      keys: project.keys,
      rpm: (now) => Math.floor(project.rpm(now) * factor(now)),
    }));
    return playDemand({
      projects,
      window: "sliding",
      demand: 0.9,
      start: START,
      contender,
      hours,
      ...(seed === undefined ? {} : { seed }),
    });
  },
};

function processesRow(name: string, options: ProcessesOptions): Scenario {
  return {
    letter: "h",
    name: `three processes on one database, ${name}`,
    contenders: POOLS,
    play: (contender, hours, seed) => playProcesses(contender, hours, options, seed),
  };
}

const processes: readonly Scenario[] = [
  processesRow("90 % demand", { demand: 0.9 }),
  processesRow("150 % demand", { demand: 1.5 }),
  processesRow("90 % demand, a cap of 5,000, one killed and replaced", {
    demand: 0.9,
    cap: 5_000,
    kill: true,
  }),
];

/** (a) and (c) once more through the whole server: HTTP in front, the simulator behind. */
const overHttp: readonly Scenario[] = [
  ...[0.9, 1.5].map((demand): Scenario => ({
    letter: "a",
    name: `20 keys, 12 projects, ${demand * 100} % demand, through the HTTP server`,
    contenders: POOLS,
    play: (contender) =>
      playHttp({
        projects: TWELVE_PROJECTS,
        window: "sliding",
        demand,
        start: START,
        contender,
        minutes: 20,
      }),
  })),
  {
    letter: "c",
    name: "27 keys, 20 die one by one, through the HTTP server",
    contenders: POOLS,
    play: (contender) =>
      playHttp({
        projects: Array.from({ length: 27 }, (): TrueProject => ({ keys: 1, rpm: () => 10 })),
        window: "sliding",
        demand: 0,
        turnsPerMinute: () => 60,
        diesAt: (key) => key < 20 ? START + (1 + key * 0.8) * MINUTE : Infinity,
        start: START,
        contender,
        minutes: 20,
      }),
  },
];

export const SUITE: readonly Scenario[] = [
  ...demands,
  { ...obedient, contenders: POOLS },
  daily,
  dying,
  overloaded,
  agents,
  mistaken,
  moving,
  ...processes,
  ...overHttp,
];
