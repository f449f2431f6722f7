import {
  type Clock,
  type Credential,
  type CredentialId,
  type Failure,
  type JsonObject,
  type ModelRules,
  type Operation,
  permitsModel,
  type Result,
  type SourceName,
} from "../core/mod.ts";
import type { Store } from "../store/mod.ts";
import { aliasProblem, followAliases } from "./alias_chain.ts";
import { DiscoverOnce } from "./discover_once.ts";
import { type CatalogEntry, listModels, type ModelMatrix, modelMatrix } from "./listing.ts";
import type { WantedEffort } from "./model_names.ts";
import { operationRefusal, takes } from "./operations.ts";
import { type RefreshDeps, refreshModels, type RefreshReport } from "./refresh.ts";
import { fallbacksOf, type ResolvedModel, resolveModel } from "./resolve.ts";
import { buildSnapshot, type CatalogSnapshot } from "./snapshot.ts";

/** The name under which `store.settings` keeps the rules for all credentials: `{allowModels?, denyModels?}`. */
export const MODEL_RULES = "model-rules";

export type CatalogStore = Pick<
  Store,
  "credentials" | "aliases" | "quotaGroups" | "fallbacks" | "modelLists" | "settings" | "onEpoch"
>;

export interface CatalogOptions {
  readonly store: CatalogStore;
  readonly settings: {
    /** Stored groups win by name. */
    readonly quotaGroups: Readonly<Record<string, readonly string[]>>;
    readonly sourceOrder: readonly SourceName[];
  };
  readonly clock: Clock;
  /** Told when a new snapshot could not be read; the old one stays in use. */
  readonly onProblem?: (problem: unknown) => void;
  /** Why a model may be there and not be listed, as the end of a sentence; undefined for most. */
  readonly hint?: (model: string) => string | undefined;
}

/** Models, aliases, quota groups and fallbacks, answered from memory. */
export interface Catalog {
  /** What a client's model name stands for, or why it stands for nothing. */
  resolve(name: string): Result<ResolvedModel, Failure>;
  list(): readonly CatalogEntry[];
  matrix(): ModelMatrix;
  /** Whether a credential serves an operation of a model; undefined while its models are not known. */
  servedBy(modelId: string, credential: CredentialId, operation: Operation): boolean | undefined;
  /** Why no credential can do this with a model, by the methods that their lists name; undefined when one may. */
  refusal(modelId: string, operation: Operation, method: string): Failure | undefined;
  groupOf(modelId: string): string | undefined;
  /** The name that stands for a model and all its variants; its quota is one. */
  nameOf(modelId: string): string;
  /** What the credential's source calls the model, for a request that wants this effort. */
  nameAt(credential: CredentialId, modelId: string, effort: WantedEffort): string;
  fallbacksOf(modelId: string): readonly string[];
  /** Why an alias may not be written, as one sentence; undefined when it may. */
  aliasProblem(name: string, target: string): string | undefined;
  /** Grows whenever an answer may have changed. */
  revision(): number;
  /** Asks the credentials for their models, at most eight at a time, and takes over what they say. */
  refresh(credentials: readonly Credential[], deps: RefreshDeps): Promise<readonly RefreshReport[]>;
  /** For an unknown name: runs `discover` once for all who wait, not again within a minute; true when the name is known then. */
  discoverOnce(name: string, discover: () => Promise<unknown>): Promise<boolean>;
  /** Reads the records anew. */
  reload(): Promise<void>;
  /** Stops following the store. */
  close(): void;
}

/** Loads the catalog and keeps it up to date with the store until `close`. */
export async function createCatalog(options: CatalogOptions): Promise<Catalog> {
  const catalog = new StoredCatalog(options, buildSnapshot(await readRecords(options)));
  catalog.follow();
  return catalog;
}

async function readRecords({ store, settings }: CatalogOptions) {
  const [credentials, lists, aliases, groups, fallbacks, rules] = await Promise.all([
    store.credentials.list(),
    store.modelLists.list(),
    store.aliases.list(),
    store.quotaGroups.list(),
    store.fallbacks.list(),
    store.settings.get(MODEL_RULES),
  ]);
  const { quotaGroups: settingsGroups, sourceOrder } = settings;
  return {
    credentials,
    lists,
    aliases,
    groups,
    fallbacks,
    rules: decodeRules(rules),
    settingsGroups,
    sourceOrder,
  };
}

function decodeRules(value: JsonObject | undefined): ModelRules {
  const patterns = (field: unknown) =>
    Array.isArray(field) ? field.filter((pattern) => typeof pattern === "string") : undefined;
  return { allowModels: patterns(value?.["allowModels"]), denyModels: patterns(value?.["denyModels"]) };
}

/** Names whose meaning is kept; while no list of models is known, every name has one. */
const MOST_RESOLVED = 1_000;

/** A result that many callers share. */
function frozen(resolved: Result<ResolvedModel, Failure>): Result<ResolvedModel, Failure> {
  if (resolved.ok) {
    Object.freeze(resolved.value.fallbacks);
    Object.freeze(resolved.value.sources);
    Object.freeze(resolved.value);
  }
  return Object.freeze(resolved);
}

class StoredCatalog implements Catalog {
  readonly #options: CatalogOptions;
  readonly #finder: DiscoverOnce;
  #snapshot: CatalogSnapshot;
  #entries: readonly CatalogEntry[] | undefined;
  /** What names stand for in this snapshot. */
  readonly #resolved = new Map<string, Result<ResolvedModel, Failure>>();
  #revision = 1;
  #reading: Promise<void> | undefined;
  #stale = false;
  #unfollow: () => void = () => {};

  constructor(options: CatalogOptions, snapshot: CatalogSnapshot) {
    this.#options = options;
    this.#snapshot = snapshot;
    this.#finder = new DiscoverOnce(options.clock, (name) => this.resolve(name).ok);
  }

  follow(): void {
    this.#unfollow = this.#options.store.onEpoch(() => {
      this.reload().catch((problem) => this.#options.onProblem?.(problem));
    });
  }

  resolve(name: string) {
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const resolved = resolveModel(name, this.#snapshot, this.#options.hint);
    // Names that stand for nothing are without number.
    if (resolved.ok && this.#resolved.size < MOST_RESOLVED) this.#resolved.set(name, frozen(resolved));
    return resolved;
  }

  list() {
    return this.#entries ??= listModels(this.#snapshot);
  }

  matrix() {
    return modelMatrix(this.#snapshot);
  }

  servedBy(modelId: string, id: CredentialId, operation: Operation) {
    // Files and cached contents are made for no model: any credential may hold them.
    if (modelId === "") return undefined;
    const { credentials, lists, records } = this.#snapshot;
    const credential = credentials.get(id);
    const permitted = permitsModel(records.rules, modelId) &&
      (credential === undefined || permitsModel(credential, modelId));
    if (!permitted) return false;
    const listed = lists.get(id);
    if (listed === undefined) return undefined;
    const methods = listed.get(modelId);
    return methods !== undefined && takes(methods, operation);
  }

  refusal(modelId: string, operation: Operation, method: string) {
    return operationRefusal(modelId, operation, method, this.#snapshot);
  }

  groupOf(modelId: string) {
    return this.#snapshot.groups.get(followAliases(modelId, this.#snapshot.aliases) ?? modelId);
  }

  nameOf(modelId: string) {
    return this.#snapshot.names.nameOf(modelId);
  }

  nameAt(credential: CredentialId, modelId: string, effort: WantedEffort) {
    return this.#snapshot.names.at(credential, modelId, effort);
  }

  fallbacksOf(modelId: string) {
    return fallbacksOf(modelId, this.#snapshot);
  }

  aliasProblem(name: string, target: string) {
    return aliasProblem({ name, target }, this.#snapshot.aliases);
  }

  revision() {
    return this.#revision;
  }

  async refresh(credentials: readonly Credential[], deps: RefreshDeps) {
    const { store, clock } = this.#options;
    try {
      return await refreshModels(store, clock, credentials, deps);
    } finally {
      await this.reload();
    }
  }

  discoverOnce(name: string, discover: () => Promise<unknown>) {
    return this.#finder.find(name, discover);
  }

  /** A call during a read makes one more read follow it, so that what was written before the call is seen after it. */
  reload(): Promise<void> {
    this.#stale = true;
    return this.#reading ??= this.#read();
  }

  async #read(): Promise<void> {
    try {
      while (this.#stale) {
        this.#stale = false;
        this.#snapshot = buildSnapshot(await readRecords(this.#options));
        this.#entries = undefined;
        this.#resolved.clear();
        this.#revision++;
      }
    } finally {
      // In the same step as the last look at `stale`: a call in between would wait for a read that had ended.
      this.#reading = undefined;
    }
  }

  close(): void {
    this.#unfollow();
  }
}
