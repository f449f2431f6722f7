import type { Clock, Credential, CredentialId, NewId, Operation, Random } from "../core/mod.ts";
import type { Settings } from "../config/settings.ts";
import type { Store } from "../store/contract.ts";

/** The part of the catalog that the pool uses. */
export interface PoolCatalog {
  /** The quota group whose models share limits, caps and cooldowns; undefined for a model without one. */
  groupOf(model: string): string | undefined;
  /** False when the credential is known not to serve this operation of the model; true or undefined otherwise. */
  servedBy(model: string, credential: CredentialId, operation: Operation): boolean | undefined;
  /** The common name of a model and its variants, which share one quota. Default: its own. */
  nameOf?(model: string): string;
  fallbacksOf(model: string): readonly string[];
  /** Every model that some credential serves. Default: none. */
  list?(): readonly { readonly id: string }[];
  /** Changes whenever an answer above may have changed. */
  revision?(): number | string;
}

/** The settings that the pool reads. */
export type PoolSettings = Pick<
  Settings,
  | "rotationMode"
  | "rotationTolerance"
  | "affinity"
  | "maxConcurrentRequestsPerKey"
  | "priorityTierMultipliers"
  | "sourceOrder"
  | "queueMaxWait"
  | "queueMaxLength"
>;

/** The part of the store that the pool uses. */
export type PoolStore =
  & Pick<Store, "poolState" | "takeSlice" | "returnSlice" | "noteInHand" | "processes" | "processId">
  & { readonly config: Pick<Store["config"], "current" | "subscribe"> };

export type PoolLog = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  fields?: Readonly<Record<string, string | number | boolean>>,
) => void;

export interface PoolOptions {
  readonly store: PoolStore;
  readonly settings: PoolSettings;
  readonly catalog: PoolCatalog;
  readonly ports: { readonly clock: Clock; readonly random: Random; readonly newId: NewId };
  readonly credentials: readonly Credential[];
  readonly log?: PoolLog;
  /** Only reads: registers no process, takes no slices, serves nothing and writes nothing. */
  readonly visitor?: boolean;
}
