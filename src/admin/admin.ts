import { type CredentialId, type JsonObject, ok } from "../core/mod.ts";
import type { KeyEdit } from "../management/contract.ts";
import type { LogFilter, RecordFilter } from "../ledger/mod.ts";
import type { CapSchedule } from "../store/mod.ts";
import { type AddedKey, addKeys, type AddKeysInput, type Progress } from "./add_keys.ts";
import type { AdminDeps } from "./admin_deps.ts";
import * as aliases from "./aliases.ts";
import { backUp, backupDocument } from "./backups.ts";
import { bucketPage } from "./buckets.ts";
import { capCheck, capProgress } from "./cap_progress.ts";
import { type CapInput, capsView, putCap, removeCap, setCapSchedule } from "./caps.ts";
import { checkAllKeys, type CheckedKey, checkKey, liftCooldown } from "./check_keys.ts";
import { ClientAccess, type ClientIdentity } from "./client_access.ts";
import {
  addClient,
  type ClientEdit,
  type ClientInput,
  editClient,
  listClients,
  restoreClient,
  revokeClient,
} from "./clients.ts";
import { confirmProject, editKey, oneKey, removeKey, restoreKey, suggestions } from "./edit_key.ts";
import { exportFile } from "./export_file.ts";
import { healthView } from "./verdict.ts";
import { importFile, type ImportInput } from "./import_file.ts";
import { keyActivity } from "./key_activity.ts";
import { findKey, keyPage, type KeyQuery, listKeys } from "./list_keys.ts";
import { type LimitChange, listLimits, putLimit, removeLimit } from "./limits.ts";
import { callPaths, cancelCall, liveCall, liveCalls } from "./live_calls.ts";
import { modelsView, refreshModels } from "./models.ts";
import { overviewOf } from "./overview.ts";
import { Publisher } from "./publisher.ts";
import { quotaBoard } from "./quota_board.ts";
import { quotaSummary } from "./quota_summary.ts";
import { replaceKey, type ReplaceKeyInput } from "./replace_key.ts";
import { requestById, requestPage, requestTotals } from "./requests.ts";
import {
  changeSettings,
  preferences,
  setPreferences,
  type SettingsChange,
  settingsView,
  setupState,
} from "./settings_view.ts";
import { followSettingsFile, isSettingsFileChanged } from "./settings_table.ts";
import { flows, type SeriesOptions, seriesView, statsView, unifiedStats } from "./stats.ts";

export type Admin = Awaited<ReturnType<typeof createAdmin>>;

/**
 * Opens the use-cases: they know the clients, and follow the pool and the store until `close`. Close it before the ledger.
 */
export async function createAdmin(deps: AdminDeps) {
  const access = new ClientAccess(deps);
  const publisher = new Publisher(deps);
  await access.owner.settle();
  await access.reload();
  const following = follow(deps, publisher);
  return {
    ...keyCases(deps),
    ...configurationCases(deps, access),
    ...figureCases(deps),
    ...clientCases(deps, access),
    version: deps.version,
    startedAt: deps.startedAt,
    async close() {
      following.stop();
      await publisher.close();
      await access.close();
      await following.settled();
    },
  };
}

/** Applies every change of the configuration, also those made by other processes. */
function follow(deps: AdminDeps, publisher: Publisher) {
  let reading: Promise<void> = Promise.resolve();
  const stop = deps.store.config.subscribe((next, previous) => {
    if (next.credentials !== previous.credentials) deps.pool.replaceCredentials(next.credentials);
    if (isSettingsFileChanged(next, previous)) {
      reading = followSettingsFile(deps).catch((error) =>
        deps.ledger.log("error", "config", `The changed settings could not be read: ${error}`)
      );
    }
    publisher.configurationChanged();
  });
  return { stop, settled: () => reading };
}

function keyCases(deps: AdminDeps) {
  return {
    keys: () => listKeys(deps),
    key: (id: string) => oneKey(deps, id),
    keyPage: (query: KeyQuery) => keyPage(deps, query),
    keyActivity: (ids: readonly string[]) => keyActivity(deps, ids),
    addKeys: (input: AddKeysInput, onProgress?: (progress: Progress, last: AddedKey) => void) =>
      addKeys(deps, input, onProgress),
    editKey: (id: string, edit: KeyEdit, expected?: number) => editKey(deps, id, edit, expected),
    replaceKey: (id: string, input: ReplaceKeyInput, expected?: number) =>
      replaceKey(deps, id, input, expected),
    removeKey: (id: string) => removeKey(deps, id),
    restoreKey: (undo: string) => restoreKey(deps, undo),
    checkKey: (id: string) => checkKey(deps, id),
    checkAllKeys: (onProgress?: (progress: Progress, last: CheckedKey) => void) =>
      checkAllKeys(deps, onProgress),
    liftCooldown: (id: string, scope?: string) => liftCooldown(deps, id, scope),
    /** The id of the key that an id or its last characters name. */
    keyId: async (idOrFragment: string) => {
      const found = await findKey(deps, idOrFragment);
      return found.ok ? ok(found.value.id) : found;
    },
    suggestions: () => suggestions(deps),
    confirmProject: (credentials: readonly CredentialId[], project: string) =>
      confirmProject(deps, credentials, project),
    models: (keys?: number) => modelsView(deps, keys),
    refreshModels: (signal: AbortSignal, only?: readonly CredentialId[]) => refreshModels(deps, signal, only),
  };
}

function configurationCases(deps: AdminDeps, access: ClientAccess) {
  return {
    aliases: () => aliases.listAliases(deps),
    putAlias: (name: string, target: string, expected?: number) =>
      aliases.putAlias(deps, name, target, expected),
    removeAlias: (name: string) => aliases.removeAlias(deps, name),
    quotaGroups: () => aliases.listQuotaGroups(deps),
    putQuotaGroup: (name: string, models: readonly string[], expected?: number) =>
      aliases.putQuotaGroup(deps, name, models, expected),
    removeQuotaGroup: (name: string) => aliases.removeQuotaGroup(deps, name),
    fallbacks: () => deps.store.fallbacks.list(),
    putFallback: (model: string, to: readonly string[], expected?: number) =>
      aliases.putFallback(deps, model, to, expected),
    removeFallback: (model: string) => aliases.removeFallback(deps, model),
    caps: () => capsView(deps),
    putCap: (input: CapInput, expected?: number) => putCap(deps, input, expected),
    removeCap: (model: string) => removeCap(deps, model),
    limits: () => listLimits(deps),
    putLimit: (name: string, change: LimitChange) => putLimit(deps, name, change),
    removeLimit: (name: string) => removeLimit(deps, name),
    setCapSchedule: (change: Partial<CapSchedule>) => setCapSchedule(deps, change),
    capProgress: () => Promise.resolve(capProgress(deps)),
    capCheck: (model: string) => Promise.resolve(capCheck(deps, model)),
    settings: () => settingsView(deps, access.owner),
    changeSettings: (change: SettingsChange, expected?: number) =>
      changeSettings(deps, change, expected, access.owner),
    /** The owner's key now in force. */
    ownerKey: () => access.owner.current,
    /** The same, after reading what another process may have set a moment ago. */
    newestOwnerKey: async () => {
      await deps.store.config.refresh().then(() => access.owner.reload()).catch(() => {});
      return access.owner.current;
    },
    preferences: () => preferences(deps),
    setPreferences: (change: JsonObject) => setPreferences(deps, change),
    setupState: () => Promise.resolve(setupState(deps)),
    exportFile: (passphrase?: string) => exportFile(deps, passphrase),
    importFile: (input: ImportInput) => importFile(deps, input),
    backUp: () => backUp(deps),
    backupDocument: () => backupDocument(deps),
  };
}

function figureCases(deps: AdminDeps) {
  return {
    overview: () => overviewOf(deps),
    calls: () => liveCalls(deps),
    call: (id: string) => liveCall(deps, id),
    cancelCall: (id: string) => cancelCall(deps, id),
    health: (owner: boolean) => Promise.resolve(healthView(deps, owner)),
    stats: () => statsView(deps),
    /** Sums and distributions by model since the first start. */
    modelCells: () => deps.ledger.lifetime("model"),
    unifiedStats: (options: { readonly since?: number; readonly model?: string }) =>
      unifiedStats(deps, options),
    quotaSummary: () => quotaSummary(deps),
    series: (options: SeriesOptions) => seriesView(deps, options),
    flows: (since?: number) => flows(deps, since ?? deps.ports.clock.now() - 86_400_000),
    buckets: (query: Parameters<typeof bucketPage>[1]) => bucketPage(deps, query),
    board: (words: string) => quotaBoard(deps, words),
    pool: () => deps.pool.view(),
    requests: (filter: RecordFilter, options: { readonly limit: number; readonly cursor?: string }) =>
      requestPage(deps, filter, options),
    requestTotals: (filter: RecordFilter) => requestTotals(deps, filter),
    callPaths: (filter: Pick<RecordFilter, "since" | "until">) => callPaths(deps, filter),
    request: (id: string) => requestById(deps, id),
    logs: (filter: LogFilter) => deps.ledger.logs(filter),
    testAlert: () => deps.ledger.testAlert(),
  };
}

function clientCases(deps: AdminDeps, access: ClientAccess) {
  return {
    clients: () => listClients(deps),
    addClient: async (input: ClientInput) => {
      const added = await addClient(deps, input);
      await access.reload();
      return added;
    },
    editClient: async (idOrName: string, edit: ClientEdit, expected?: number) => {
      const edited = await editClient(deps, idOrName, edit, expected);
      await access.reload();
      return edited;
    },
    revokeClient: async (idOrName: string) => {
      const revoked = await revokeClient(deps, idOrName);
      await access.reload();
      return revoked;
    },
    restoreClient: async (id: string) => {
      const restored = await restoreClient(deps, id);
      await access.reload();
      return restored;
    },
    /** The client of a token, from memory. */
    authenticate: (token: string): ClientIdentity | undefined => access.authenticate(token),
    /** Whether a client is allowed a model at all. */
    mayUse: (client: ClientIdentity, model: string) => access.mayUse(client, model),
    /** Why a client may not use a model now, or undefined; counts the call against its minute. */
    admit: (client: ClientIdentity, model: string) => access.admit(client, model),
    /** Admits a request that may reach Google, or returns why not: its client's rate limit or budget. */
    enter: (client: ClientIdentity, requestId: string) => access.enter(client, requestId),
    /** Why a client may never use a model. */
    modelRefusal: (client: ClientIdentity, model: string) => access.modelRefusal(client, model),
  };
}
