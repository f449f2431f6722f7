import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import { createManualClock, createSimulator, type ManualClock, type Simulator } from "../../src/sim/mod.ts";
import {
  type ContenderName,
  type DemandScenario,
  MINUTE,
  type Outcome,
  outcomeOf,
} from "./demand_scenario.ts";
import type { Turn } from "./driver.ts";
import { seededRandom } from "./seeded_random.ts";
import { Tally } from "./tally.ts";
import { oracleCapacity, type TrueProject } from "./true_upstream.ts";

export type HttpScenario =
  & Pick<DemandScenario, "projects" | "window" | "demand" | "turnsPerMinute">
  & {
    readonly contender: ContenderName;
    readonly minutes: number;
    readonly start: number;
    /** From when a key is refused for good, in epoch milliseconds. */
    readonly diesAt?: (key: number) => number;
  };

const OWNER_TOKEN = "owner-token-of-the-scenario-0123456789";
const MODEL = "gemini-2.5-flash";
const SESSIONS = 40;

interface Key {
  readonly text: string;
  readonly project: number;
}

/**
 * Open arrivals at random against the whole server: its HTTP interface in front, the simulator's behind, both without a socket and on
 * one simulated clock. Everything between is what runs in production, the database in memory included.
 */
export async function playHttp(scenario: HttpScenario): Promise<Outcome> {
  const { start, projects, contender } = scenario;
  const clock = createManualClock(start);
  const keys = keysOf(projects);
  const simulator = createSimulator({
    clock,
    latencyMs: 400,
    logLimit: 0,
    projects: projects.map((project, at) => ({
      id: `project-${at}`,
      keys: keys.filter((key) => key.project === at).map((key) => key.text),
      limits: { "*": { rpm: project.rpm(start) } },
      window: scenario.window,
    })),
  });
  const watch = new Watch(simulator, clock);
  const server = await serverOf(clock, watch, keys, contender === "pool, projects told");
  // Setting up took some time of this clock, as the database is a true one.
  const begin = clock.now();
  const judgeFrom = begin + Math.min(10, scenario.minutes / 2) * MINUTE;
  const tally = watch.tally = new Tally(judgeFrom);
  bury(scenario, keys, clock, watch);
  const end = begin + scenario.minutes * MINUTE;
  const running = new Set<Promise<void>>();
  arrive(scenario, { clock, server, tally, end, running });
  await clock.advanceTo(end + 3 * MINUTE);
  await passing(clock, Promise.all(running));
  await passing(clock, server.close());
  const diesAt = (at: number) => (scenario.diesAt?.(at) ?? Infinity) + begin - start;
  const alive = (project: number, now: number) =>
    keys.some((key, at) => key.project === project && now < diesAt(at));
  return outcomeOf(tally, watch, (from, to) => oracleCapacity(projects, from, to, alive), judgeFrom, end);
}

function keysOf(projects: readonly TrueProject[]): Key[] {
  return projects.flatMap((project, at) =>
    Array.from({ length: project.keys }, (_, index) => ({
      text: `AIzaSyScenario-${String(at).padStart(2, "0")}-${String(index).padStart(2, "0")}-${
        "x".repeat(18)
      }`,
      project: at,
    }))
  );
}

/** The simulator as the server reaches it, counting what the tally wants to know. */
class Watch {
  toDeadKeys = 0;
  readonly dead = new Set<string>();

  tally = new Tally(Infinity);

  constructor(readonly simulator: Simulator, readonly clock: ManualClock) {}

  fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const generates = request.url.includes("enerateContent");
    const key = request.headers.get("x-goog-api-key") ?? "";
    if (generates && this.dead.has(key)) this.toDeadKeys++;
    const response = await this.simulator.fetch(request);
    if (generates && response.status === 429) {
      this.tally.answered({
        class: "rate_limit",
        status: 429,
        message: "",
        scope: "bucket",
      }, this.clock.now());
    }
    return response;
  };
}

async function serverOf(
  clock: ManualClock,
  watch: Watch,
  keys: readonly Key[],
  told: boolean,
): Promise<Geminitro> {
  let ids = 0;
  const server = await passing(
    clock,
    createGeminitro({
      env: {
        GEMINITRO_KV: ":memory:",
        GEMINITRO_HOME: "/nonexistent/geminitro",
        PROXY_API_KEY: OWNER_TOKEN,
        LOG_LEVEL: "error",
        MAX_CONCURRENT_REQUESTS_PER_KEY: "30",
      },
      print: () => {},
      ports: {
        clock,
        random: seededRandom(77),
        newId: (prefix) => `${prefix}${String(++ids).padStart(24, "0")}`,
        fetch: watch.fetch,
      },
    }),
  );
  for (const { text, project } of keys) {
    const more = told ? { project: `project-${project}` } : {};
    await passing(clock, server.services.admin.addKeys({ key: text, validate: false, ...more }));
  }
  await passing(clock, server.services.admin.refreshModels(new AbortController().signal));
  return server;
}

/** Lets time pass until the work is done. */
async function passing<Value>(clock: ManualClock, work: Promise<Value>): Promise<Value> {
  let done = false;
  work.finally(() => done = true).catch(() => {});
  while (!done) await clock.advance(1);
  return await work;
}

/** Retires keys at their times. */
function bury({ diesAt, start }: HttpScenario, keys: readonly Key[], clock: ManualClock, watch: Watch): void {
  keys.forEach(({ text }, at) => {
    const when = diesAt?.(at) ?? Infinity;
    if (when === Infinity) return;
    clock.after(when - start, () => {
      watch.simulator.control.key(text, "leaked");
      watch.dead.add(text);
    });
  });
}

interface Play {
  readonly clock: ManualClock;
  readonly server: Geminitro;
  readonly tally: Tally;
  readonly end: number;
  readonly running: Set<Promise<void>>;
}

function arrive(scenario: HttpScenario, play: Play): void {
  const { clock, end, running } = play;
  const random = seededRandom(1);
  const perMinute = scenario.turnsPerMinute ??
    ((now) => scenario.projects.reduce((sum, project) => sum + project.rpm(now), 0) * scenario.demand);
  const next = () => {
    const now = clock.now();
    if (now > end) return;
    const call = ask(play, Math.floor(random() * SESSIONS)).finally(() => running.delete(call));
    running.add(call);
    clock.after((MINUTE / perMinute(now)) * -Math.log(1 - random()), next);
  };
  clock.after(0, next);
}

/** One turn over HTTP, as an agent makes it. */
async function ask({ clock, server, tally }: Play, session: number): Promise<void> {
  const arrivedAt = clock.now();
  const turn: Turn = { client: "owner", session: `session-${session}`, model: MODEL, arrivedAt };
  tally.arrived(turn);
  const response = await server.fetch(
    new Request("http://127.0.0.1:8080/v1/chat/completions", {
      method: "POST",
      headers: {
        authorization: `Bearer ${OWNER_TOKEN}`,
        "content-type": "application/json",
        "x-session-id": turn.session,
      },
      body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: `Question ${arrivedAt}` }] }),
    }),
  );
  const text = await response.text();
  const now = clock.now();
  if (response.status === 200 && text.includes('"finish_reason"')) {
    tally.completed(turn, Math.max(0, now - arrivedAt - 400), now);
    return;
  }
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  tally.denied(
    turn,
    { kind: "denial", ...(Number.isNaN(seconds) ? {} : { until: now + seconds * 1_000 }) },
    now,
  );
}
