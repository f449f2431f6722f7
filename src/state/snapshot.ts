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
 * The whole configuration at one epoch. Never changed: a later one takes its place, and a list that is the same in both is the
 * same object, so that readers find out by `===` whether anything of theirs changed.
 */
export interface ConfigSnapshot {
  readonly epoch: string;
  /** In the order of their adding. */
  readonly credentials: readonly Credential[];
  readonly modelLists: readonly ModelListRecord[];
  readonly aliases: readonly AliasRecord[];
  readonly quotaGroups: readonly QuotaGroupRecord[];
  readonly fallbacks: readonly FallbackRecord[];
  readonly caps: readonly CapRecord[];
  readonly clients: readonly ClientRecord[];
  /** Documents by name; one that did not change is the same object as before. */
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
  /** Undefined for a record that cannot be read: it stays in the database and is reported. */
  readonly value: Value | undefined;
  readonly versionstamp: string;
  /** Of a credential: the keyed hash of what it stands for, by which a second one is refused. */
  readonly fingerprint?: string;
  /** Where a value that is too large for one record lies. */
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

/** Lists that `tables` share with those of `previous` are taken from it. */
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

/** Midnight local time until the user sets something else, and where this machine does not know the zone that was set. */
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
