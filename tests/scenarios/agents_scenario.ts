import { type ContenderName, contenderOf, HOUR, MINUTE, type Outcome, outcomeOf } from "./demand_scenario.ts";
import { Driver } from "./driver.ts";
import { EventClock } from "./event_clock.ts";
import { seededRandom } from "./seeded_random.ts";
import { Tally } from "./tally.ts";
import { oracleCapacity, type TrueProject, TrueUpstream } from "./true_upstream.ts";

const AGENTS = 8;
const SUBAGENTS = 4;
const PROJECTS: readonly TrueProject[] = [{ keys: 2, rpm: () => 30 }, { keys: 2, rpm: () => 30 }];

/** Agents that each keep several subagents busy: a subagent thinks for a moment, asks, waits for the answer, and goes on. */
export async function playAgents(contenderName: ContenderName, hours: number, seed = 5): Promise<Outcome> {
  const start = Date.UTC(2026, 5, 1, 15);
  const clock = new EventClock(start);
  const random = seededRandom(seed);
  const owners = PROJECTS.flatMap((project, at) => Array.from({ length: project.keys }, () => at));
  const upstream = new TrueUpstream({ projects: PROJECTS, owners, window: "sliding", random });
  const contender = await contenderOf({ contender: contenderName, seed }, clock, owners);
  const tally = new Tally(start + 10 * MINUTE);
  const driver = new Driver(clock, contender, upstream, tally, random);
  const end = start + hours * HOUR;
  for (let agent = 0; agent < AGENTS; agent++) {
    for (let sub = 0; sub < SUBAGENTS; sub++) {
      keepBusy(driver, `agent-${agent}`, `agent-${agent}/${sub}`, end);
    }
  }
  await clock.runUntil(end + 3 * MINUTE);
  await contender.close();
  return outcomeOf(
    tally,
    upstream,
    (from, to) => oracleCapacity(PROJECTS, from, to),
    start + 10 * MINUTE,
    end,
  );
}

function keepBusy(driver: Driver, client: string, session: string, end: number): void {
  const { clock, random } = driver;
  const think = () => clock.after(1_000 + random() * 4_000, ask);
  const ask = () => {
    const arrivedAt = clock.now();
    if (arrivedAt < end) driver.start({ client, session, model: "gemini-flash", arrivedAt, done: think });
  };
  think();
}
