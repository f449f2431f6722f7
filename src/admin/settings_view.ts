import { type JsonObject, type ModelRules, ok } from "../core/mod.ts";
import { DEFAULT_PROXY_API_KEY } from "../config/mod.ts";
import { SETTING } from "../state/mod.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";
import type { OwnerKey } from "./owner_key.ts";
import type { KeyStatus } from "./safe_key.ts";
import { keyStandings } from "./list_keys.ts";
import {
  changeVariables,
  type SettingRow,
  settingRows,
  undoVariables,
  type VariableChanges,
} from "./settings_table.ts";

/** Settings that can be changed while the server runs; everything else is in the environment. */
const RUNTIME = "runtime";
const PREFERENCES = "preferences";

export interface SettingsView {
  /** The two settings of the original program. */
  readonly autoUpdate: boolean;
  readonly verboseLogging: boolean;
  /** Settings in force, from the environment; of secrets only whether they are set. */
  readonly running: JsonObject;
  readonly modelRules: ModelRules;
  readonly prices: {
    readonly date: string;
    readonly source: string;
    /** False while the shipped prices have not been checked against their source, so that costs are estimates. */
    readonly verified: boolean;
    readonly note: string;
    /** By model, each with `origin`, `asOf` and `verified`. */
    readonly models: JsonObject;
    readonly overrides: JsonObject;
  };
  /** Every setting of the environment, with what it means and whether a change applies at once. */
  readonly table: readonly SettingRow[];
  readonly updatedAt: number;
}

export async function settingsView(
  deps: AdminDeps,
  owner: Pick<OwnerKey, "current">,
): Promise<SettingsView> {
  const { store, settings, ledger } = deps;
  const [{ rules, prices: overrides, settings: documents }, table] = await Promise.all([
    store.config.refresh(),
    settingRows(deps),
  ]);
  const runtime = documents.get(RUNTIME);
  return {
    autoUpdate: settings.autoUpdate,
    verboseLogging: settings.logLevel === "debug",
    running: running(settings, owner),
    modelRules: rules,
    prices: {
      date: ledger.prices.date,
      source: ledger.prices.source,
      verified: ledger.prices.verified,
      note: ledger.prices.note,
      models: Object.fromEntries(
        Object.entries(ledger.prices.known()).map(([name, price]) => [name, { ...price }]),
      ) as unknown as JsonObject,
      overrides: overrides ?? {},
    },
    table,
    updatedAt: typeof runtime?.["updatedAt"] === "number" ? runtime["updatedAt"] : 0,
  };
}

function running(settings: AdminDeps["settings"], owner: Pick<OwnerKey, "current">): JsonObject {
  const { port, host, rotationMode, rotationTolerance, affinity, workers, logLevel, logFormat, logBodies } =
    settings;
  return {
    port,
    host,
    rotationMode,
    rotationTolerance,
    affinity,
    workers,
    logLevel,
    logFormat,
    logBodies,
    maxConcurrentRequestsPerKey: settings.maxConcurrentRequestsPerKey,
    priorityTierMultipliers: { ...settings.priorityTierMultipliers },
    sourceOrder: [...settings.sourceOrder],
    modelFetchInterval: settings.modelFetchInterval,
    quotaRefreshInterval: settings.quotaRefreshInterval,
    timeoutConnect: settings.timeoutConnect,
    timeoutWrite: settings.timeoutWrite,
    timeoutReadStreaming: settings.timeoutReadStreaming,
    timeoutReadNonStreaming: settings.timeoutReadNonStreaming,
    timeoutTotal: settings.timeoutTotal,
    maxReplyBytes: settings.maxReplyBytes,
    queueMaxWait: settings.queueMaxWait,
    queueMaxLength: settings.queueMaxLength,
    maxBodyBytes: settings.maxBodyBytes,
    historyRetentionDays: settings.historyRetentionDays,
    alertWebhook: settings.alertWebhookUrl !== undefined,
    proxyApiKeyIsDefault: owner.current === DEFAULT_PROXY_API_KEY,
  };
}

export interface SettingsChange {
  readonly autoUpdate?: boolean;
  readonly modelRules?: ModelRules;
  /** Prices that overrule the table, by model; an empty object removes all. */
  readonly prices?: JsonObject;
  /** A new owner's key; the old one is refused from then on. */
  readonly proxyApiKey?: string;
  /** Texts for `.env` by variable; null restores the default. */
  readonly variables?: VariableChanges;
  /** Undoes a change of `variables` by the id in its answer. */
  readonly undo?: string;
}

/** The settings after a change. */
export interface ChangedSettings extends SettingsView {
  /** Send it within ten minutes to undo a change of `variables`. */
  readonly undo?: string;
}

/** `expected` is the `updatedAt` of the settings that the editor saw. */
export async function changeSettings(
  deps: AdminDeps,
  change: SettingsChange,
  expected: number | undefined,
  owner: Pick<OwnerKey, "current" | "change">,
): Promise<Outcome<ChangedSettings>> {
  const { store, ports } = deps;
  const runtime = await store.settings.get(RUNTIME);
  const seen = typeof runtime?.["updatedAt"] === "number" ? runtime["updatedAt"] : 0;
  if (expected !== undefined && expected !== seen) {
    return refuse(409, "conflict", "Somebody else changed the settings meanwhile: load them again");
  }
  if (change.proxyApiKey !== undefined) {
    const changed = await owner.change(change.proxyApiKey);
    if (!changed.ok) return changed;
    deps.ledger.log("info", "config", "The owner's key was changed");
  }
  const written = await changeFile(deps, change);
  if (written?.ok === false) return written;
  if (change.modelRules !== undefined) {
    await store.settings.put(SETTING.rules, { ...change.modelRules });
  }
  if (change.prices !== undefined) {
    await store.settings.put(SETTING.prices, change.prices);
  }
  await store.settings.put(RUNTIME, {
    ...runtime,
    updatedAt: Math.max(seen + 1, ports.clock.now()),
  });
  const undo = written === undefined ? {} : { undo: written.value };
  return ok({ ...await settingsView(deps, owner), ...undo });
}

async function changeFile(
  deps: AdminDeps,
  { variables, undo, autoUpdate }: SettingsChange,
): Promise<Outcome<string> | undefined> {
  if (undo !== undefined) return await undoVariables(deps, undo);
  const auto = autoUpdate === undefined ? {} : { AUTO_UPDATE: String(autoUpdate) };
  const changes = { ...variables, ...auto };
  return Object.keys(changes).length === 0 ? undefined : await changeVariables(deps, changes);
}

/** The dashboard's and the CLI's own preferences: short texts, numbers and flags by name. */
export async function preferences({ store }: AdminDeps): Promise<JsonObject> {
  return { setupMethod: null, ...await store.settings.get(PREFERENCES) };
}

export async function setPreferences(deps: AdminDeps, change: JsonObject): Promise<Outcome<JsonObject>> {
  const { setupMethod } = change;
  if (
    setupMethod !== undefined && setupMethod !== null && setupMethod !== "browser" &&
    setupMethod !== "terminal"
  ) {
    return refuse(400, "invalid", "The set-up method is browser, terminal or null", "setupMethod");
  }
  const next = { ...await preferences(deps), ...change };
  if (JSON.stringify(next).length > 20_000) {
    return refuse(413, "too_large", "The preferences are larger than 20,000 characters");
  }
  await deps.store.settings.put(PREFERENCES, next);
  return ok(next);
}

export interface SetupState {
  readonly hasKeys: boolean;
  readonly hasWorkingKey: boolean;
  readonly models: readonly string[];
  readonly keys: { readonly total: number; readonly statuses: Record<KeyStatus, number> };
}

export function setupState(deps: AdminDeps): SetupState {
  const keys = keyStandings(deps);
  const statuses: Record<KeyStatus, number> = { active: 0, cooldown: 0, disabled: 0, dead: 0 };
  for (const key of keys) statuses[key.status]++;
  return {
    hasKeys: keys.length > 0,
    hasWorkingKey: statuses.active + statuses.cooldown > 0,
    models: deps.catalog.list().map((entry) => entry.id),
    keys: { total: keys.length, statuses },
  };
}
