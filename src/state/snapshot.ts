import type { Credential, JsonObject, ModelRules } from "../core/mod.ts";
import {
  type AliasRecord,
  type CapRecord,
  type CapSchedule,
  type ClientRecord,
  type ConfigRecordOf,
  type FallbackRecord,
  isTime,
  isTimezone,
  type ModelListRecord,
  type ProcessRecord,
  type QuotaGroupRecord,
  readModelRules,
  type Section,
  SETTING,
} from "./records.ts";

/**
 * The whole configuration at one epoch. Immutable: a later one replaces it, and an unchanged list is the same object in
 * both, so that readers detect changes by `===`.
 */
export interface ConfigSnapshot {
  readonly epoch: string;
  /** In the order in which they were added. */
  readonly credentials: readonly Credential[];
  readonly modelLists: readonly ModelListRecord[];
  readonly aliases: readonly AliasRecord[];
  readonly quotaGroups: readonly QuotaGroupRecord[];
  readonly fallbacks: readonly FallbackRecord[];
  readonly caps: readonly CapRecord[];
  readonly clients: readonly ClientRecord[];
  /** Documents by name; an unchanged one is the same object as before. */
  readonly settings: ReadonlyMap<string, JsonObject>;
  /** Rules for the models of all credentials. */
  readonly rules: ModelRules;
  /** Prices that overrule the shipped ones, by model. */
  readonly prices: JsonObject | undefined;
  readonly schedule: CapSchedule;
  readonly processes: readonly ProcessRecord[];
}

const MIDNIGHT: CapSchedule = { resetTime: "00:00", timezone: "local" };
const NO_RULES: ModelRules = {};

/** One stored record as it was last read or written here. */
export interface Entry<Value> {
  /** Undefined for a record that cannot be read: it is kept in the database and reported. */
  readonly value: Value | undefined;
  readonly versionstamp: string;
  /** For a credential: the keyed hash of its identity, by which a duplicate is refused. */
  readonly fingerprint?: string;
  /** The parts of a value that is too large for one record. */
  readonly parts?: { readonly stamp: string; readonly parts: number };
}

/** Entries by section and name. */
export type Tables = { readonly [Name in Section]: ReadonlyMap<string, Entry<ConfigRecordOf[Name]>> };

export function emptyTables(): Tables {
  return {
    credential: new Map(),
    model_list: new Map(),
    alias: new Map(),
    quota_group: new Map(),
    fallback: new Map(),
    cap: new Map(),
    client: new Map(),
    setting: new Map(),
    process: new Map(),
  };
}

const byAge = (a: Credential, b: Credential) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);

/** Builds the snapshot of `tables`; takes unchanged lists from `previous`. */
export function buildConfigSnapshot(
  epoch: string,
  tables: Tables,
  previous?: { readonly tables: Tables; readonly snapshot: ConfigSnapshot },
): ConfigSnapshot {
  const kept = <List>(section: Section, list: (before: ConfigSnapshot) => List, build: () => List): List =>
    previous !== undefined && previous.tables[section] === tables[section]
      ? list(previous.snapshot)
      : build();
  const settings = kept("setting", (one) => one.settings, () => namedOf(tables.setting));
  const same = (name: string) =>
    previous !== undefined && previous.snapshot.settings.get(name) === settings.get(name);
  return Object.freeze({
    epoch,
    credentials: kept("credential", (one) => one.credentials, () => valuesOf(tables.credential).sort(byAge)),
    modelLists: kept("model_list", (one) => one.modelLists, () => valuesOf(tables.model_list)),
    aliases: kept("alias", (one) => one.aliases, () => valuesOf(tables.alias)),
    quotaGroups: kept("quota_group", (one) => one.quotaGroups, () => valuesOf(tables.quota_group)),
    fallbacks: kept("fallback", (one) => one.fallbacks, () => valuesOf(tables.fallback)),
    caps: kept("cap", (one) => one.caps, () => valuesOf(tables.cap)),
    clients: kept("client", (one) => one.clients, () => valuesOf(tables.client)),
    settings,
    rules: same(SETTING.rules) ? previous!.snapshot.rules : rulesOf(settings.get(SETTING.rules)),
    prices: settings.get(SETTING.prices),
    schedule: same(SETTING.schedule)
      ? previous!.snapshot.schedule
      : scheduleOf(settings.get(SETTING.schedule)),
    processes: kept("process", (one) => one.processes, () => valuesOf(tables.process)),
  });
}

function rulesOf(document: JsonObject | undefined): ModelRules {
  return readModelRules(document) ?? NO_RULES;
}

/** Midnight local time until the user sets something else, and when this machine does not know the configured zone. */
function scheduleOf({ resetTime, timezone }: JsonObject = {}): CapSchedule {
  return {
    resetTime: typeof resetTime === "string" && isTime(resetTime) ? resetTime : MIDNIGHT.resetTime,
    timezone: typeof timezone === "string" && isTimezone(timezone) ? timezone : MIDNIGHT.timezone,
  };
}

function namedOf<Value>(table: ReadonlyMap<string, Entry<Value>>): ReadonlyMap<string, Value> {
  const found = [...table].flatMap(([name, { value }]) =>
    value === undefined ? [] : [[name, value] as const]
  );
  return new Map(found.sort(([a], [b]) => a < b ? -1 : 1));
}

function valuesOf<Value>(table: ReadonlyMap<string, Entry<Value>>): Value[] {
  return [...namedOf(table).values()];
}
