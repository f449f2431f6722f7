import {
  type Credential,
  type CredentialId,
  type Json,
  type JsonObject,
  type OAuthCredential,
  type Result,
  type Secret,
  type SourceOf,
  type Tier,
  type VertexCredential,
} from "../core/mod.ts";
import type {
  AliasRecord,
  CapRecord,
  CapSchedule,
  ClientRecord,
  ConfigWatcher,
  FallbackRecord,
  ModelListRecord,
  ProcessRecord,
  QuotaGroupRecord,
} from "../state/mod.ts";

export type {
  AliasRecord,
  CapRecord,
  CapSchedule,
  ClientRecord,
  FallbackRecord,
  ModelListRecord,
  ProcessRecord,
  QuotaGroupRecord,
};

/** A new credential before it is stored; secrets as plain text, trimmed by the store. */
export type CredentialDraft =
  & {
    readonly label?: string;
    readonly tags?: readonly string[];
    readonly tier?: Tier;
    readonly project?: string;
    readonly proxy?: string;
    /** Epoch milliseconds, which order the credentials; default: now. Keys of one batch differ, so that their order is kept. */
    readonly createdAt?: number;
  }
  & (
    | { readonly source: SourceOf<"api_key">; readonly key: string }
    | {
      readonly source: SourceOf<"oauth">;
      readonly email: string;
      readonly refreshToken: string;
      readonly accessToken?: string;
      readonly accessExpiresAt?: number;
      readonly codeAssistProject?: string;
      readonly consumer?: boolean;
      /** The OAuth client that the refresh token was given to. */
      readonly clientId?: string;
      readonly clientSecret?: string;
    }
    | {
      readonly source: SourceOf<"service_account">;
      readonly serviceAccount: string;
      readonly location: string;
    }
  );

/** Fields that an edit may not change. */
type Fixed = "id" | "source" | "tail" | "createdAt" | "updatedAt" | "key" | "serviceAccount" | "email";
type AllFields = Omit<OAuthCredential & Pick<VertexCredential, "location">, Fixed>;
type Plain<Value> = Value extends Secret ? string : Value;

/** Tags to add and remove: concurrent edits lose none. */
interface TagChange {
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
}

/** Another API key that replaces the current one; everything else of the credential stays. */
interface NewSecret {
  readonly key?: string;
}

/** Fields of a credential that an edit may change, secrets as plain text; `null` removes an optional one. */
export type CredentialPatch =
  & TagChange
  & NewSecret
  & {
    readonly [Name in keyof AllFields]?:
      | Plain<NonNullable<AllFields[Name]>>
      | (Record<never, never> extends Pick<AllFields, Name> ? null : never);
  };

/** Facts about the database that sealed a text. */
export interface SealedElsewhere {
  /** Absent in backups of earlier versions: then it is searched for in remains of databases in the data folder. */
  readonly salt?: string;
  /** That database's master key; default: ours. */
  readonly masterKey?: string;
}

/** Why a write did not happen. */
export type StoreProblem =
  | { readonly kind: "duplicate"; readonly id: string }
  | { readonly kind: "missing" }
  /** The record has been changed since `expected`. */
  | { readonly kind: "conflict"; readonly updatedAt: number }
  | { readonly kind: "invalid"; readonly field: string; readonly message: string };

/** Small records under a name, each owned by one module, which decodes them. */
export interface NamedRecords {
  get(name: string): Promise<JsonObject | undefined>;
  put(name: string, value: JsonObject): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<readonly NamedRecord[]>;
}

/** A small record and its name. */
export interface NamedRecord {
  readonly name: string;
  readonly value: JsonObject;
}

/** The pool's records, which are many and written together. */
export interface PoolRecords extends NamedRecords {
  /** Stores all of them, ten per commit: separate commits would each wait for a write to the disk. */
  putAll(records: readonly NamedRecord[]): Promise<void>;
}

/** Configuration records of one kind, keyed by a name; each write bumps the epoch in the same commit. */
export interface ConfigRecords<RecordType> {
  list(): Promise<readonly RecordType[]>;
  get(name: string): Promise<RecordType | undefined>;
  /** `expected` is the `updatedAt` the editor saw; absent: the last write wins. */
  put(record: Omit<RecordType, "updatedAt">, expected?: number): Promise<Result<RecordType, StoreProblem>>;
  remove(name: string): Promise<Result<void, StoreProblem>>;
}

/** A lease under a name for this process; others cannot take it until it is released or expires. */
export interface HeldLease {
  readonly name: string;
  readonly until: number;
  renew(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * The store: all persistent data, in one Deno KV database. Values are decoded on read; invalid ones are quarantined and
 * reported.
 */
export interface Store {
  readonly kv: Deno.Kv;
  readonly processId: string;
  /** The configuration in memory and its listeners. `list` and `get` below read the database first. */
  readonly config: Pick<ConfigWatcher, "current" | "subscribe" | "refresh">;
  readonly credentials: {
    list(): Promise<readonly Credential[]>;
    get(id: CredentialId): Promise<Credential | undefined>;
    /** Adds a credential, with its models if they are known already. */
    add(
      draft: CredentialDraft,
      models?: Pick<ModelListRecord, "at" | "models">,
    ): Promise<Result<Credential, StoreProblem>>;
    update(
      id: CredentialId,
      patch: CredentialPatch,
      expected?: number,
    ): Promise<Result<Credential, StoreProblem>>;
    remove(id: CredentialId): Promise<Result<Credential, StoreProblem>>;
    /** Restores what `remove` returned (undo). */
    restore(
      credential: Credential,
      models?: Pick<ModelListRecord, "at" | "models">,
    ): Promise<Result<Credential, StoreProblem>>;
  };
  readonly aliases: ConfigRecords<AliasRecord>;
  readonly quotaGroups: ConfigRecords<QuotaGroupRecord>;
  readonly fallbacks: ConfigRecords<FallbackRecord>;
  readonly caps: ConfigRecords<CapRecord>;
  readonly clients: ConfigRecords<ClientRecord>;
  readonly modelLists: {
    list(): Promise<readonly ModelListRecord[]>;
    put(record: ModelListRecord): Promise<void>;
    remove(credential: CredentialId): Promise<void>;
  };
  /**
   * Settings changed at run time, preferences, cap schedule, price overrides: one record per name; each write changes the
   * epoch.
   */
  readonly settings: NamedRecords;
  /** Cooldowns, learned limits and other state of the pool: written when it changes, without a new epoch. */
  readonly poolState: PoolRecords;
  /** Values that expire: thought signatures, stored responses, OAuth states, file owners. Values above 60 KiB are split. */
  readonly expiring: {
    get(kind: string, id: string): Promise<Json | undefined>;
    put(kind: string, id: string, value: Json, ttlMs: number): Promise<void>;
    /** Reads and removes in one step: for one-time values. */
    take(kind: string, id: string): Promise<Json | undefined>;
    remove(kind: string, id: string): Promise<void>;
  };
  /** The version of the configuration in memory; grows with each write by any process. */
  epoch(): string;
  lease(name: string, ttlMs: number): Promise<HeldLease | undefined>;
  processes(): Promise<readonly ProcessRecord[]>;
  /**
   * Takes up to `want` units of a counted window, without letting the window's total exceed `limit`, over all processes.
   * Returns what was granted (0 when the window is used up) and the total taken by all.
   */
  takeSlice(
    window: string,
    want: number,
    limit: number,
    expiresAt: number,
  ): Promise<{ granted: number; taken: number }>;
  /** Returns unused units of a slice. */
  returnSlice(window: string, unused: number): Promise<void>;
  /** Records synchronously, before any is used, how many units of a window this process has in hand. */
  noteInHand(window: string, units: number): void;
  /** Returns the units in hand of killed processes. Call it only when no other process runs. */
  returnUnitsOfTheDead(): Promise<void>;
  /** Encrypts and decrypts texts with the database's own key. */
  readonly vault: {
    seal(text: string): Promise<string>;
    open(sealed: string): Promise<string>;
    /** Data to store with a sealed text, so that any database under the same master key can open it. */
    readonly salt: string;
    /** Opens a text sealed by another database; undefined when no available key and salt open it. */
    recover(sealed: string, from: SealedElsewhere): Promise<string | undefined>;
  };
  /** Whether this process made the database. */
  readonly isNew: boolean;
  /** Records found invalid since the start, for `doctor`. */
  quarantined(): readonly { readonly key: string; readonly problem: string }[];
  close(): Promise<void>;
}
