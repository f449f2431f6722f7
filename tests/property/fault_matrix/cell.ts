/** One cell of the matrix: a fault on a lane of a pool, before and after a restart and after Google has recovered. */
import { nextPacificMidnight } from "../../../src/core/mod.ts";
import { bystanders, type Lane } from "./lanes.ts";
import type { Boundary } from "./boundary.ts";
import type { Fault } from "./faults.ts";
import { type KeyLine, type KeyPlan, type Reply, SILENCE_MS, World } from "./world.ts";

export interface Pool {
  readonly name: string;
  readonly plan: readonly KeyPlan[];
}

const own = (bad: number, good: number): readonly KeyPlan[] =>
  Array.from({ length: bad + good }, (_, index) => ({ project: String(1000 + index), bad: index < bad }));
const siblings = (told: boolean): readonly KeyPlan[] => [
  { project: "2001", bad: true, told },
  { project: "2001", bad: true, told },
  { project: "2002", bad: false, told },
  { project: "2002", bad: false, told },
];

export const POOLS: readonly Pool[] = [
  { name: "1 key", plan: own(1, 0) },
  { name: "2 keys, 1 bad", plan: own(1, 1) },
  { name: "10 keys, 7 bad", plan: own(7, 3) },
  { name: "siblings told", plan: siblings(true) },
  { name: "siblings untold", plan: siblings(false) },
  // The account can do turns and counts; for all else there are the keys alone.
  {
    name: "2 bad keys beside an account",
    plan: [...own(2, 0), { project: "ada", bad: false, account: true }],
  },
];

export interface Cell {
  readonly fault: Fault;
  readonly lane: Lane;
  readonly pool: Pool;
  readonly boundary: Boundary;
}

export function nameOf({ fault, lane, pool }: Cell): string {
  return `${fault.name} | ${lane.name} | ${pool.name}`;
}

/** A guess may rest a key this long before it is tried again. */
const PROBE_MS = 6 * 60_000;
/** A refusal of access is asked about again after half a day. */
const ACCESS_MS = 12 * 3_600_000 + 60_000;
/** A call that nothing concerns is served at once; the proxy's own beats pass meanwhile. */
const PROMPT_MS = 5_000;
/** A call may take this long when nothing has to be waited for; silence has its time for each key. */
const LONGEST_MS = 15_000;

/** The longest limit of a public key is that of a day, which Pacific time makes an hour longer once a year. */
const LONGEST_LIMIT_MS = 25 * 3_600_000;

/** Runs a cell and returns what is wrong, in words. */
export async function runCell(cell: Cell): Promise<readonly string[]> {
  await using world = await World.open(cell.pool.plan, cell.boundary);
  const wrong: string[] = [];
  world.strike(cell.fault, cell.lane);
  const first = await world.call(cell.lane);
  judge(cell, world, first, "first call", wrong);
  const second = await world.call(cell.lane);
  judge(cell, world, second, "second call", wrong);
  judgeRest(cell, world, second, "second call", wrong);
  judgeSame(cell, first, second, "the second call", wrong);
  await judgeBystanders(cell, world, wrong);
  await world.settle();
  const before = await world.lines();
  await world.restart();
  if (lasts(cell)) judgeLines(before, await world.lines(), wrong);
  const third = await world.call(cell.lane);
  judge(cell, world, third, "after a restart", wrong);
  judgeRest(cell, world, third, "after a restart", wrong);
  judgeSame(cell, second, third, "a call after a restart", wrong);
  await judgeRecovery(cell, world, wrong);
  if (world.script.broken.length > 0) wrong.push(`broken requests: ${world.script.broken.join("; ")}`);
  return wrong;
}

function servable({ fault, pool, lane }: Cell): boolean {
  if (fault.concern === "request" || fault.concern === "egress") return false;
  // What passes leaves room for an estimate; a key or a model that is refused is told as that.
  const estimated = lane.operation === "count" && ["quota", "transient"].includes(fault.concern) &&
    !fault.status.includes(403);
  const inReach = lane.operation === "generate" || lane.operation === "count";
  return estimated || pool.plan.some(({ bad, account }) => !bad && (account !== true || inReach));
}

function judge(cell: Cell, world: World, reply: Reply, when: string, wrong: string[]): void {
  const { fault, pool, lane } = cell;
  const asked = count(reply);
  const silent = fault.name === "silence";
  // A kept connection that stays silent is met with a second one: that is the one retry of a silent key.
  const most = fault.concern === "transient" ? 2 : 1;
  for (const [key, times] of asked) {
    if (times > most) wrong.push(`${when}: key ${world.keys.indexOf(key)} was asked ${times} times`);
  }
  if (reply.asked.length > pool.plan.length + 2) wrong.push(`${when}: ${reply.asked.length} calls`);
  const patience = LONGEST_MS + (silent ? SILENCE_MS * pool.plan.filter(({ bad }) => bad).length : 0);
  if (reply.tookMs > patience) wrong.push(`${when}: took ${reply.tookMs} ms`);
  if (servable(cell)) {
    if (reply.status !== 200) {
      wrong.push(`${when}: ${reply.status} though it can be answered: ${reply.text.slice(0, 160)}`);
    } else if (!lane.answered(reply.text)) {
      wrong.push(`${when}: 200 without the answer: ${reply.text.slice(0, 80)}`);
    }
    return;
  }
  // Where Google cannot be asked at all, or a project has spent what it has, a count may be an estimate.
  if (["egress", "project"].includes(fault.concern) && lane.operation === "count" && reply.status === 200) {
    return;
  }
  judgeRefusal(cell, world, reply, when, wrong);
}

function judgeRefusal(
  { fault, lane }: Cell,
  world: World,
  reply: Reply,
  when: string,
  wrong: string[],
): void {
  const text = reply.text.slice(0, 200);
  if (!refusedHonestly(fault, lane, reply)) wrong.push(`${when}: status ${reply.status}: ${text}`);
  if (!fault.words.test(reply.text)) wrong.push(`${when}: the words do not say it: ${text}`);
  if ((fault.concern === "request" || fault.concern === "egress") && reply.asked.length > 1) {
    wrong.push(`${when}: ${reply.asked.length} calls for a fault that no key mends`);
  }
  const header = reply.headers.get("retry-after");
  const stated = statedMs(fault, world);
  if (Number(header ?? 0) * 1000 > LONGEST_LIMIT_MS) wrong.push(`${when}: retry-after ${header}`);
  if (stated === undefined) {
    if (header !== null && ["credential", "project", "request"].includes(fault.concern)) {
      wrong.push(`${when}: an invented retry-after of ${header} s`);
    }
  } else if (header === null) wrong.push(`${when}: no retry-after`);
  else if (Number(header) * 1000 > stated + 2_000) {
    wrong.push(`${when}: retry-after ${header}, stated ${stated / 1000}`);
  }
}

function refusedHonestly(fault: Fault, { native }: Lane, { status, text }: Reply): boolean {
  // A stream that has begun with signs of life tells its failure in band.
  if (status === 200) return /"error"/.test(text);
  // A native client sees Google's own status where it was the last word.
  return fault.status.includes(status) || (native && fault.concern === "credential" && status === 400);
}

function statedMs({ statedMs }: Fault, world: World): number | undefined {
  return statedMs === "midnight" ? nextPacificMidnight(world.clock.now()) - world.clock.now() : statedMs;
}

function count({ asked }: Reply): Map<string, number> {
  const times = new Map<string, number>();
  for (const { key } of asked) times.set(key, (times.get(key) ?? 0) + 1);
  return times;
}

/** Whether the failure has an end that is stated, or none by itself. */
function lasts({ fault, pool }: Cell): boolean {
  return fault.concern === "credential" || fault.concern === "access" || fault.statedMs !== undefined ||
    (fault.concern === "project" && !pool.name.includes("untold"));
}

/** What is known to be out is not asked again before its time. */
function judgeRest(cell: Cell, world: World, reply: Reply, when: string, wrong: string[]): void {
  if (!lasts(cell)) return;
  const { fault } = cell;
  const again = [...count(reply).keys()].map((key) => world.keys.indexOf(key)).filter((key) =>
    known(fault, world, key)
  );
  if (again.length > 0) wrong.push(`${when}: keys ${again} were asked though they are known to be out`);
}

/** What holds for a key alone says nothing of its siblings. */
function known(fault: Fault, world: World, key: number): boolean {
  return world.knownBad(key, fault.concern === "project" || fault.concern === "quota");
}

/** What no other key mends is told in Google's own status while Google is asked, and as 401 afterwards. */
function judgeSame({ fault }: Cell, before: Reply, after: Reply, what: string, wrong: string[]): void {
  const both = [before.status, after.status];
  const refusal = ["credential", "project", "egress"].includes(fault.concern);
  if (refusal && both.every((status) => [400, 401, 403].includes(status))) return;
  if (before.status !== after.status) {
    wrong.push(`${what} is told ${after.status}, before ${before.status}: ${after.text.slice(0, 200)}`);
  }
}

async function judgeBystanders(cell: Cell, world: World, wrong: string[]): Promise<void> {
  const { concern } = cell.fault;
  if (concern === "credential" || concern === "project" || concern === "egress") return;
  for (const { lane, model } of bystanders(cell.lane)) {
    const reply = await world.call(lane, model);
    if (reply.status !== 200 || !lane.answered(reply.text)) {
      wrong.push(`${lane.name} with ${model} is not served: ${reply.status} ${reply.text.slice(0, 160)}`);
    }
    if (reply.tookMs > PROMPT_MS) wrong.push(`${lane.name} with ${model} waits ${reply.tookMs} ms`);
  }
}

function judgeLines(before: readonly KeyLine[], after: readonly KeyLine[], wrong: string[]): void {
  for (const [index, line] of before.entries()) {
    const [was, is] = [JSON.stringify(line), JSON.stringify(after[index])];
    if (was !== is) wrong.push(`key ${index} after a restart: ${is}, before ${was}`);
  }
}

async function judgeRecovery({ fault, lane, pool }: Cell, world: World, wrong: string[]): Promise<void> {
  world.heal();
  if (fault.concern === "credential" || fault.concern === "project") await world.check();
  if (fault.concern === "access") await world.clock.jump(ACCESS_MS);
  else if (fault.concern !== "credential") {
    await world.clock.jump((statedMs(fault, world) ?? PROBE_MS) + 1_000);
  }
  const reply = await world.call(lane, lane.model, "hello again");
  if (reply.status !== 200 || !lane.answered(reply.text)) {
    wrong.push(`after recovery: ${reply.status} ${reply.text.slice(0, 160)}`);
  } else if (pool.plan.length === 1 && reply.asked.length === 0) {
    wrong.push("after recovery: Google is not asked");
  }
}
