import { type CallRecord, ok, redact, untilText } from "../core/mod.ts";
import type { Call, CallDetail, CallPaths } from "../management/contract.ts";
import { type AdminDeps, type InFlightCall, type Outcome, refuse } from "./admin_deps.ts";
import { shownTail } from "./safe_key.ts";
import { isoOf, REASONS } from "./verdict.ts";
import type { RecordFilter } from "../ledger/mod.ts";

/** Calls in flight and waiting, oldest first. */
export function liveCalls(deps: AdminDeps): Call[] {
  return deps.calls.list().map((call) => viewOf(deps, call));
}

/** One active call; while it waits, with the reason of each key. */
export function liveCall(deps: AdminDeps, id: string): Outcome<CallDetail> {
  const call = deps.calls.list().find((one) => one.id === id);
  if (call === undefined) return noCall();
  const refusals = call.waiting === undefined ? [] : deps.pool.refusals(call.waiting.leaseRequest);
  return ok({
    ...viewOf(deps, call),
    refusals: refusals.map(({ credential, reason, until }) => ({
      key: credential ?? null,
      name: credential === undefined ? null : nameOf(deps, credential),
      reason,
      until: isoOf(until),
    })),
  });
}

function nameOf({ store }: AdminDeps, id: string): string | null {
  const credential = store.config.current().credentials.find((one) => one.id === id);
  return credential === undefined ? null : redact(credential.label) || shownTail(credential);
}

/** Cancels a call for the owner. */
export function cancelCall({ calls, ledger }: AdminDeps, id: string): Outcome<{ id: string }> {
  if (!calls.cancel(id)) return noCall();
  ledger.log("info", "request", "A call was cancelled", { request: id });
  return ok({ id });
}

function noCall() {
  return refuse(404, "not_found", "There is no such call in flight: it may have ended meanwhile");
}

function viewOf(deps: AdminDeps, call: InFlightCall): Call {
  const now = deps.ports.clock.now();
  const { id, at, client, agent, session, dialect, operation, stream, state, attempts } = call;
  return {
    id,
    at: new Date(at).toISOString(),
    ageMs: now - at,
    client,
    agent,
    session,
    dialect,
    operation,
    stream,
    model: call.modelAsked,
    modelUsed: call.modelUsed ?? null,
    key: call.key ?? null,
    state,
    attempts,
    firstTokenMs: call.firstTokenMs ?? null,
    outputTokens: call.outputTokens ?? null,
    waiting: call.waiting === undefined ? null : waitOf(deps, call.waiting, now),
  };
}

function waitOf({ pool }: AdminDeps, waiting: NonNullable<InFlightCall["waiting"]>, now: number) {
  const { leaseRequest, since } = waiting;
  const standing = pool.standing(leaseRequest.model, leaseRequest.sources);
  const wait = pool.expectedWait(leaseRequest);
  const until = Number.isFinite(wait) ? now + wait : undefined;
  const reason = standing.reason ?? "queue";
  const when = until === undefined ? "" : ` ${untilText(until, now)}`;
  return {
    since: new Date(since).toISOString(),
    model: leaseRequest.model,
    reason,
    until: isoOf(until),
    message: `Waits${when}: ${REASONS[reason] ?? reason}`,
  };
}

/** Records read at a time, and the bounds in time and number for one chart. */
const PAGE = 500;
const MOST_MS = 1_500;
const MOST_RECORDS = 50_000;
/** Most paths that are counted apart: agents' names come from clients, who may send anything. */
const MOST_PATHS = 500;

type Path = CallPaths["paths"][number];
type Counts = Record<CallRecord["outcome"], number>;

/** Paths of calls (client, model, project, key) with their outcomes; reads the newest calls within the bounds above. */
export async function callPaths(
  { ledger, pool, store }: AdminDeps,
  filter: Pick<RecordFilter, "since" | "until">,
  monotonicNow: () => number = () => performance.now(),
): Promise<CallPaths> {
  const [credentials, buckets] = [await store.credentials.list(), pool.view().buckets];
  const measured = buckets.filter(({ projectKind }) => projectKind !== "key")
    .flatMap(({ credentials, project }) => credentials.map((id) => [id as string, project] as const));
  const projects = new Map([
    ...measured,
    ...credentials.flatMap(({ id, project }) =>
      project === undefined ? [] : [[id as string, project] as const]
    ),
  ]);
  const names = new Map(credentials.map(({ id, label }) => [id as string, redact(label)]));
  const paths = new Map<string, Path & Counts>();
  const started = monotonicNow();
  let cursor: string | undefined;
  let [looked, left] = [0, 0];
  do {
    const page = await ledger.requests(filter, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const record of page.items) {
      looked++;
      if (!count(paths, record, projects, names)) left++;
    }
    cursor = page.cursor;
  } while (cursor !== undefined && looked < MOST_RECORDS && monotonicNow() - started < MOST_MS);
  return {
    paths: [...paths.values()].sort((a, b) => sumOf(b) - sumOf(a)),
    complete: cursor === undefined && left === 0,
  };
}

function sumOf({ ok, failed, cancelled, refused }: Counts): number {
  return ok + failed + cancelled + refused;
}

/** Counts a call; false when its path would be one too many. */
function count(
  paths: Map<string, Path & Counts>,
  record: CallRecord,
  projects: ReadonlyMap<string, string>,
  names: ReadonlyMap<string, string>,
): boolean {
  const last = record.attempts.at(-1);
  const model = record.modelUsed ?? record.modelAsked;
  const id = JSON.stringify([record.agent, model, last?.credential]);
  let path = paths.get(id);
  if (path === undefined) {
    if (paths.size >= MOST_PATHS) return false;
    path = {
      agent: record.agent,
      model,
      project: last === undefined ? null : projects.get(last.credential) ?? null,
      key: last?.credential ?? null,
      name: last === undefined ? null : names.get(last.credential) || last.name,
      ok: 0,
      failed: 0,
      cancelled: 0,
      refused: 0,
    };
    paths.set(id, path);
  }
  path[record.outcome]++;
  return true;
}
