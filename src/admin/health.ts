import type { AdminDeps } from "./admin_deps.ts";
import { keyStandings } from "./list_keys.ts";
import type { Verdict } from "../management/contract.ts";
import { type KeyStanding, type KeyStatus, shownTail } from "./safe_key.ts";
import { standingsOf } from "./verdict.ts";

export interface PoolStatus {
  readonly total: number;
  readonly active: number;
  readonly cooldown: number;
  readonly disabled: number;
  readonly dead: number;
  /** Seconds until the first cooling key serves again; 0 when none cools. */
  readonly minCooldown: number;
  readonly cooldownKeys: readonly { readonly tail: string; readonly remaining: number }[];
}

export interface HealthView {
  readonly status: Verdict["status"];
  readonly version: string;
  /** Whole seconds. */
  readonly uptime: number;
  readonly keys: Omit<PoolStatus, "cooldownKeys"> & Partial<Pick<PoolStatus, "cooldownKeys">>;
  readonly models: number;
  readonly queue: { readonly length: number; readonly oldestMs: number; readonly expectedWaitMs: number };
  /** What the status means, and which models are out, until when. */
  readonly message: string;
  readonly out: Verdict["out"];
}

/** What anybody may know; the tails of cooling keys only for the owner. */
export function healthView(deps: AdminDeps, owner: boolean): HealthView {
  const now = deps.ports.clock.now();
  const view = deps.pool.view();
  const standings = keyStandings(deps, view);
  const { cooldownKeys, ...keys } = poolStatus(standings, now);
  const { status, message, out } = standingsOf(deps, standings).verdict;
  return {
    status,
    version: deps.version,
    uptime: Math.floor((now - deps.startedAt) / 1_000),
    keys: owner ? { ...keys, cooldownKeys } : keys,
    models: deps.catalog.list().length,
    queue: view.queue,
    message,
    out,
  };
}

export function poolStatus(keys: readonly KeyStanding[], now: number): PoolStatus {
  const count = (status: KeyStatus) => keys.filter((key) => key.status === status).length;
  const cooldownKeys = keys.filter((key) => key.status === "cooldown").map((key) => ({
    tail: shownTail(key.credential),
    remaining: Math.max(0, Math.ceil(((key.cooldownUntil ?? now) - now) / 1_000)),
  }));
  return {
    total: keys.length,
    active: count("active"),
    cooldown: count("cooldown"),
    disabled: count("disabled"),
    dead: count("dead"),
    minCooldown:
      cooldownKeys.reduce((least, { remaining }) => Math.min(least, remaining), Infinity) === Infinity
        ? 0
        : Math.min(...cooldownKeys.map(({ remaining }) => remaining)),
    cooldownKeys,
  };
}
