import {
  type Clock,
  type Credential,
  type CredentialId,
  type Failure,
  type Operation,
  permitsModel,
  type Result,
  type SourceName,
} from "../core/mod.ts";
import type { ConfigSnapshot, ModelListRecord } from "../state/mod.ts";
import type { Store } from "../store/mod.ts";
import { aliasProblem, followAliases } from "./alias_chain.ts";
import { type CatalogEntry, listModels, type ModelMatrix, modelMatrix } from "./listing.ts";
import type { WantedEffort } from "./model_names.ts";
import { operationRefusal, takes } from "./operations.ts";
import { DiscoverOnce, type RefreshDeps, refreshModels, type RefreshReport } from "./refresh.ts";
import { fallbacksOf, type ResolvedModel, resolveModel } from "./resolve.ts";
import { buildSnapshot, type CatalogRecords, type CatalogSnapshot } from "./snapshot.ts";

export interface CatalogOptions {
  readonly store: Pick<Store, "config" | "modelLists">;
  readonly settings: {
    /** Stored groups win by name. */
    readonly quotaGroups: Readonly<Record<string, readonly string[]>>;
    readonly sourceOrder: readonly SourceName[];
  };
  readonly clock: Clock;
  /** Returns why a model may exist without being listed, as the end of a sentence; undefined for most. */
  readonly hint?: (model: string) => string | undefined;
}

/** Models, aliases, quota groups and fallbacks, answered from memory. */
export interface Catalog {
  /** Resolves a client's model name, or returns why it names no model. */
  resolve(name: string): Result<ResolvedModel, Failure>;
  list(): readonly CatalogEntry[];
  matrix(): ModelMatrix;
  /** Whether a credential serves an operation of a model; undefined while its models are not known. */
  servedBy(modelId: string, credential: CredentialId, operation: Operation): boolean | undefined;
  /** Returns why no credential can perform this operation, by the methods in their lists; undefined when one may. */
  refusal(modelId: string, operation: Operation, method: string): Failure | undefined;
  groupOf(modelId: string): string | undefined;
  /** The common name of a model and all its variants, which share one quota. */
  nameOf(modelId: string): string;
  /** The model's name at the credential's source, for a request that wants this effort. */
  nameAt(credential: CredentialId, modelId: string, effort: WantedEffort): string;
  fallbacksOf(modelId: string): readonly string[];
  /** Returns why an alias is refused, as one sentence; undefined when it is allowed. */
  aliasProblem(name: string, target: string): string | undefined;
  /** Grows whenever an answer may have changed. */
  revision(): number;
  /** Asks the credentials for their models, at most eight at a time, and stores their answers. */
  refresh(credentials: readonly Credential[], deps: RefreshDeps): Promise<readonly RefreshReport[]>;
  /**
   * For an unknown name: runs `discover` once for all waiting callers, at most once a minute; true when the name
   * is known afterwards.
   */
  discoverOnce(name: string, discover: () => Promise<unknown>): Promise<boolean>;
  /** Reads the database now instead of waiting for the next poll. */
  reload(): Promise<void>;
  /** Stops following the configuration. */
  close(): void;
}

/** Makes a catalog that follows the configuration until `close`. */
export function createCatalog(options: CatalogOptions): Catalog {
  return new StoredCatalog(options);
}

function recordsOf({ store, settings }: CatalogOptions): CatalogRecords {
  const { credentials, modelLists, aliases, quotaGroups, fallbacks, rules } = store.config.current();
  return {
    credentials,
    lists: modelLists,
    aliases,
    groups: quotaGroups,
    fallbacks,
    rules,
    settingsGroups: settings.quotaGroups,
    sourceOrder: settings.sourceOrder,
  };
}

const CONCERNS = ["credentials", "aliases", "quotaGroups", "fallbacks", "rules"] as const;

function concerns(next: ConfigSnapshot, previous: ConfigSnapshot): boolean {
  return CONCERNS.some((name) => next[name] !== previous[name]) ||
    !sameModels(next.modelLists, previous.modelLists);
}

/** True when two states of the lists differ at most in the age of lists. */
function sameModels(next: readonly ModelListRecord[], previous: readonly ModelListRecord[]): boolean {
  return next === previous || next.length === previous.length && next.every((list, index) => {
        const before = previous[index];
        return list.credential === before?.credential && list.models === before.models;
      });
}

/** Most names whose resolution is cached; while no list of models is known, every name resolves. */
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
  readonly #unfollow: () => void;
  /** Absent after a change, until the next question. */
  #built: CatalogSnapshot | undefined;
  #entries: readonly CatalogEntry[] | undefined;
  /** Names and their models in this snapshot. */
  readonly #resolved = new Map<string, Result<ResolvedModel, Failure>>();
  #revision = 1;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#unfollow = options.store.config.subscribe((next, previous) => {
      if (concerns(next, previous)) this.#outdate();
    });
    this.#finder = new DiscoverOnce(options.clock, (name) => this.resolve(name).ok);
  }

  get #snapshot(): CatalogSnapshot {
    return this.#built ??= buildSnapshot(recordsOf(this.#options));
  }

  #outdate(): void {
    this.#built = undefined;
    this.#entries = undefined;
    this.#resolved.clear();
    this.#revision++;
  }

  resolve(name: string) {
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const resolved = resolveModel(name, this.#snapshot, this.#options.hint);
    // Unknown names are not cached: there is no bound on them.
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
    // Files and cached contents belong to no model: any credential may have them.
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

  refresh(credentials: readonly Credential[], deps: RefreshDeps) {
    const { store, clock } = this.#options;
    return refreshModels(store, clock, credentials, deps);
  }

  discoverOnce(name: string, discover: () => Promise<unknown>) {
    return this.#finder.find(name, discover);
  }

  async reload() {
    await this.#options.store.config.refresh();
  }

  close(): void {
    this.#unfollow();
  }
}
