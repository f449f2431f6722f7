import { recordedKey } from "../shared/format.ts";
import type { LocalClient } from "../../src/management/client.ts";
import { readRequests } from "../shared/calls/read_calls.ts";
import type { CallRecord } from "../shared/views.ts";

/** Failures or refusals with one reason. */
export interface ProblemGroup {
  /** A failure class, or `refused`. */
  readonly reason: string;
  /** The status that the client got; only for refusals, which are grouped by it. */
  readonly status?: number;
  readonly count: number;
  /** There are more than were looked at. */
  readonly more: boolean;
  readonly first: number;
  readonly last: number;
  readonly agents: readonly string[];
  readonly models: readonly string[];
  readonly keys: readonly string[];
  /** Of the keys that failed so, at most twenty. */
  readonly keyIds: readonly string[];
  readonly clients: readonly string[];
  /** The message of the latest one. */
  readonly message: string;
}

function names(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined && value !== ""))] as string[];
}

/** A remedy works on so many keys at once. */
const MOST_KEYS = 20;

/** Calls with one reason as groups: refusals by what the client saw, all others as one. */
function groupsOf(
  reason: string,
  calls: readonly CallRecord[],
  more: boolean,
): readonly ProblemGroup[] {
  const parts = reason === "refused"
    ? [...Map.groupBy(calls, ({ status }) => status)].map(([status, list]) => ({ list, more: { status } }))
    : [{ list: calls, more: {} }];
  return parts.flatMap(({ list, more: status }) => {
    const group = groupOf(reason, list, more);
    return group === undefined ? [] : [{ ...group, ...status }];
  });
}

function groupOf(
  reason: string,
  calls: readonly CallRecord[],
  more: boolean,
): ProblemGroup | undefined {
  const own = calls.filter(({ outcome }) => outcome === (reason === "refused" ? "refused" : "failed"));
  if (own.length === 0) return undefined;
  const tried = own.flatMap(({ attempts }) => {
    const failed = attempts.filter(({ failure }) => failure === reason);
    return failed.length > 0 ? failed : attempts.slice(-1);
  });
  const newest = own.reduce((a, b) => b.at > a.at ? b : a);
  return {
    reason,
    count: own.length,
    more,
    first: Math.min(...own.map(({ at }) => at)),
    last: newest.at,
    agents: names(own.map(({ agent }) => agent)),
    models: names(own.map(({ modelUsed, modelAsked }) => modelUsed ?? modelAsked)),
    keys: names(tried.map(({ name }) => recordedKey(name))),
    keyIds: names(tried.map(({ credential }) => credential)).slice(0, MOST_KEYS),
    clients: names(own.map(({ client }) => client)),
    message: newest.message ?? "",
  };
}

const DAY_MS = 86_400_000;
/** Records of one reason that are looked at. */
const MOST_OF_A_REASON = 200;

/** The reasons that came up in the last day, each with its newest records. */
export async function readProblems(
  client: LocalClient,
  now: number,
): Promise<readonly ProblemGroup[]> {
  const since = now - DAY_MS;
  const hours = await client.series({ grain: "hour", by: "class", since });
  const reasons = new Set(hours.flatMap(({ values }) => Object.keys(values)));
  for (const none of ["ok", "cancelled", "client_gone"]) reasons.delete(none);
  const groups = await Promise.all([...reasons].map(async (reason) => {
    const query = { class: reason, since, limit: MOST_OF_A_REASON } as NonNullable<
      Parameters<LocalClient["requests"]>[0]
    >;
    const { items, cursor } = await readRequests(client, query);
    return groupsOf(reason, items, cursor !== "");
  }));
  return groups.flat().sort((a, b) => b.last - a.last);
}
