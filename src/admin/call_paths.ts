import { type CallRecord, redact } from "../core/mod.ts";
import type { RecordFilter } from "../ledger/mod.ts";
import type { CallPaths } from "../management/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";

/** Records read at a time, and how long and how many in all: a picture is worth no more. */
const PAGE = 500;
const MOST_MS = 1_500;
const MOST_RECORDS = 50_000;
/** Ways that are kept apart: names of agents come from clients, who may send any. */
const MOST_PATHS = 500;

type Path = CallPaths["paths"][number];
type Counts = Record<CallRecord["outcome"], number>;

/** The ways that calls went, each with how they ended; the newest calls for as long as a glance may take. */
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

/** False when the call's way is one too many. */
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
