import { type JsonObject, ok } from "../core/mod.ts";
import { MODEL_RULES } from "../catalog/mod.ts";
import { DEFAULT_PROXY_API_KEY } from "../config/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import type { OwnerKey } from "./owner_key.ts";
import { type Outcome, refuse } from "./problem.ts";
import { type SafeKey } from "./safe_key.ts";
import { listKeys } from "./list_keys.ts";

/** Settings that can be changed while the server runs; everything else is in the environment. */
const RUNTIME = "runtime";
const PREFERENCES = "preferences";
const PRICES = "prices";

export interface SettingsView {
  /** The seed's two. */
  readonly autoUpdate: boolean;
  readonly verboseLogging: boolean;
  /** What holds now, from the environment; secrets are told as set or not set. */
  readonly running: JsonObject;
  readonly modelRules: { readonly allowModels?: readonly string[]; readonly denyModels?: readonly string[] };
  readonly prices: {
    readonly date: string;
    readonly source: string;
    /** False while the shipped prices were not checked against their source: costs are estimates. */
    readonly verified: boolean;
    readonly note: string;
    /** By model, each with `origin`, `asOf` and `verified`. */
    readonly models: JsonObject;
    readonly overrides: JsonObject;
  };
  readonly updatedAt: number;
}

export async function settingsView(
  { store, settings, ledger }: AdminDeps,
  owner: Pick<OwnerKey, "current">,
): Promise<SettingsView> {
  const [runtime, rules, overrides] = await Promise.all([
    store.settings.get(RUNTIME),
    store.settings.get(MODEL_RULES),
    store.settings.get(PRICES),
  ]);
  return {
    autoUpdate: typeof runtime?.["autoUpdate"] === "boolean" ? runtime["autoUpdate"] : settings.autoUpdate,
    verboseLogging: settings.logLevel === "debug",
    running: running(settings, owner),
    modelRules: { ...listOf("allowModels", rules), ...listOf("denyModels", rules) },
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
    updatedAt: typeof runtime?.["updatedAt"] === "number" ? runtime["updatedAt"] : 0,
  };
}

function listOf(name: "allowModels" | "denyModels", rules: JsonObject | undefined) {
  const list = rules?.[name];
  return Array.isArray(list) ? { [name]: list.filter((one) => typeof one === "string") } : {};
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
  readonly modelRules?: { readonly allowModels?: readonly string[]; readonly denyModels?: readonly string[] };
  /** Prices that overrule the table, by model; an empty object takes all back. */
  readonly prices?: JsonObject;
  /** A new owner's key; the old one is refused from then on. */
  readonly proxyApiKey?: string;
}

/** `expected` is the `updatedAt` of the settings that the editor saw. */
export async function changeSettings(
  deps: AdminDeps,
  change: SettingsChange,
  expected: number | undefined,
  owner: Pick<OwnerKey, "current" | "change">,
): Promise<Outcome<SettingsView>> {
  const { store, ports, catalog } = deps;
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
  if (change.modelRules !== undefined) {
    await store.settings.put(MODEL_RULES, { ...change.modelRules });
    await catalog.reload();
  }
  if (change.prices !== undefined) {
    await store.settings.put(PRICES, change.prices);
    deps.ledger.prices.override(change.prices);
  }
  const auto = change.autoUpdate === undefined ? {} : { autoUpdate: change.autoUpdate };
  await store.settings.put(RUNTIME, {
    ...runtime,
    ...auto,
    updatedAt: Math.max(seen + 1, ports.clock.now()),
  });
  return ok(await settingsView(deps, owner));
}

/** The dashboard's and the CLI's own wishes: small texts, numbers and flags by name. */
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
  readonly keys: { readonly total: number; readonly statuses: Record<SafeKey["status"], number> };
}

export async function setupState(deps: AdminDeps): Promise<SetupState> {
  const keys = await listKeys(deps);
  const statuses: Record<SafeKey["status"], number> = { active: 0, cooldown: 0, disabled: 0, dead: 0 };
  for (const key of keys) statuses[key.status]++;
  return {
    hasKeys: keys.length > 0,
    hasWorkingKey: statuses.active + statuses.cooldown > 0,
    models: deps.catalog.list().map((entry) => entry.id),
    keys: { total: keys.length, statuses },
  };
}
