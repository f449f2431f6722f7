import { untilText } from "../core/mod.ts";
import type { Verdict } from "../management/contract.ts";
import type { ModelStanding } from "../pool/contract.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { type KeyStanding, type KeyStatus, shownTail } from "./safe_key.ts";
import { keyStandings } from "./list_keys.ts";

/** The state of each model: the only source for whether the proxy serves. */
export interface Standings {
  readonly verdict: Verdict;
  readonly models: readonly (ModelStanding & { readonly fallback: string | null })[];
}

/** The verdict alone, from memory. */
export function standingsOf(deps: AdminDeps, keys: readonly Pick<KeyStanding, "status">[]): Standings {
  const { catalog, pool, ports } = deps;
  const found = new Map(
    catalog.list().filter(({ aliasOf, variantOf }) => aliasOf === undefined && variantOf === undefined)
      .map(({ id, sources }) => [id, pool.standing(id, sources)] as const),
  );
  const serves = (id: string) => ["open", "busy"].includes(found.get(id)?.state ?? "");
  const models = [...found.values()].map((standing) => ({
    ...standing,
    fallback: serves(standing.model) ? null : catalog.fallbacksOf(standing.model).find(serves) ?? null,
  }));
  return { models, verdict: withTrouble(verdictOf(models, keys, ports.clock.now()), troubleOf(deps)) };
}

/** Problems of the database and the disk, whether calls are served or not. */
export function troubleOf({ trouble, store, ledger }: AdminDeps): string | undefined {
  const files = trouble?.() ?? ledger.storageTrouble();
  if (files !== undefined) return files;
  const { length } = store.quarantined();
  return length === 0
    ? undefined
    : `${length === 1 ? "One record" : `${length} records`} of the database cannot be opened: ` +
      "geminitro doctor tells which";
}

/** Lowers the verdict of a proxy that serves but cannot use its database or disk. */
function withTrouble(verdict: Verdict, trouble: string | undefined): Verdict {
  if (trouble === undefined) return verdict;
  const { status, message } = verdict;
  return { ...verdict, status: status === "ok" ? "degraded" : status, message: `${trouble}. ${message}` };
}

function verdictOf(
  models: Standings["models"],
  keys: readonly Pick<KeyStanding, "status">[],
  now: number,
): Verdict {
  if (keys.length === 0) {
    const message = "There is no key yet: add one with `geminitro key add <key>` or on the Keys page";
    return { status: "empty", message, until: null, out: [] };
  }
  const out = models.filter(({ state }) => state === "out")
    .sort((a, b) => (a.until ?? Infinity) - (b.until ?? Infinity));
  const offered = models.filter(({ state }) => state !== "unavailable");
  const usable = keys.some(({ status }) => status === "active" || status === "cooldown");
  if (!usable) return noUsable(keys);
  const rows = out.map(({ model, reason, until }) => ({
    model,
    reason: reason ?? "none",
    why: whyOf(reason),
    until: isoOf(until),
  }));
  const until = rows[0]?.until ?? null;
  if (out.length === 0) return { status: "ok", message: okMessage(offered.length), until, out: [] };
  const all = out.length === offered.length && out.every(({ fallback }) => fallback === null);
  const sentences = out.slice(0, 3).map((one) => `${one.model} is out${whenOf(one, now)}`);
  const more = out.length > 3 ? [`${out.length - 3} more models are out`] : [];
  const head = all ? ["No model can be served"] : [];
  const message = [...head, ...sentences, ...more].join("; ");
  return { status: all ? "exhausted" : "degraded", message, until, out: rows };
}

function okMessage(models: number): string {
  return models === 0 ? "Keys are there; their models are not known yet" : "Every model can be served";
}

function noUsable(keys: readonly Pick<KeyStanding, "status">[]): Verdict {
  const dead = keys.filter(({ status }) => status === "dead").length;
  const message = `No key can be used: ${dead} dead, ${keys.length - dead} off`;
  return { status: "exhausted", message, until: null, out: [] };
}

/** Describes until when a model is out, and why. */
export function whenOf({ until, reason, fallback }: Standings["models"][number], now: number): string {
  const why = whyOf(reason);
  const when = until === null ? "" : ` ${untilText(until, now)}`;
  return `${when} (${why})${fallback === null ? "" : `; ${fallback} answers in its place`}`;
}

function whyOf(reason: string | null | undefined): string {
  return REASONS[reason ?? "none"] ?? reason ?? "";
}

/** Texts of the reasons why nothing is free. */
export const REASONS: Readonly<Record<string, string>> = {
  minute: "the requests of this minute (RPM) are used up",
  tokens: "the input tokens of this minute (TPM) are used up",
  day: "the requests of the day (RPD) are used up",
  cooling: "the keys are cooling down",
  capped: "your own cap is used up",
  full: "every key is at its concurrency limit",
  queue: "others are before it",
  dead: "every key was refused by Google for good",
  disabled: "every key is off",
  denied: "no key is allowed to serve it",
  none: "no key has it",
  not_on_tier: "Google does not offer it to these keys' tier",
  model_gone: "Google does not serve it any more",
  gone: "Google does not serve it any more",
  overloaded: "the model is overloaded at Google",
  endpoint: "Google cannot be reached",
  egress: "Google does not serve this network's location",
  source: "its source refuses this program",
};

export function isoOf(time: number | null | undefined): string | null {
  return time === null || time === undefined || !Number.isFinite(time) ? null : new Date(time).toISOString();
}

export interface PoolStatus {
  readonly total: number;
  readonly active: number;
  readonly cooldown: number;
  readonly disabled: number;
  readonly dead: number;
  /** Seconds until the first key in cooldown serves again; 0 when there is none. */
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
  /** Explains the status: which models are out, and until when. */
  readonly message: string;
  readonly out: Verdict["out"];
}

/** The public health; tails of keys in cooldown only for the owner. */
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
