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

/** Tags put to those that are there, and taken from them: two editors at once lose none. */
interface TagChange {
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
}

/** Another API key in place of the present one; everything else of the credential stays. */
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
  /** Absent in backups of earlier versions: then it is looked for in what is left of databases in the data folder. */
  readonly salt?: string;
  /** That database's master key; default: ours. */
  readonly masterKey?: string;
}

/** Why a write did not happen. */
export type StoreProblem =
  | { readonly kind: "duplicate"; readonly id: string }
  | { readonly kind: "missing" }
  /** Somebody else changed the record since `expected`. */
  | { readonly kind: "conflict"; readonly updatedAt: number }
  | { readonly kind: "invalid"; readonly field: string; readonly message: string };

/** Small records under a name, each kept by one room; the room decodes them itself. */
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
  /** Puts all of them, ten in a commit: each commit of its own would be a write to the disk that is waited for. */
  putAll(records: readonly NamedRecord[]): Promise<void>;
}

/** Configuration records of one kind, keyed by a name; each write bumps the epoch in the same commit. */
export interface ConfigRecords<RecordType> {
  list(): Promise<readonly RecordType[]>;
  get(name: string): Promise<RecordType | undefined>;
  /** `expected` is the `updatedAt` the editor saw; absent means last write wins. */
  put(record: Omit<RecordType, "updatedAt">, expected?: number): Promise<Result<RecordType, StoreProblem>>;
  remove(name: string): Promise<Result<void, StoreProblem>>;
}

/** A lease under a name for this process; others get none until it is released or expires. */
export interface HeldLease {
  readonly name: string;
  readonly until: number;
  renew(ttlMs: number): Promise<boolean>;
  release(): Promise<void>;
}

/** Everything that lasts, on one Deno KV database. Values are decoded on read; what does not decode is quarantined and reported. */
export interface Store {
  readonly kv: Deno.Kv;
  readonly processId: string;
  /** The configuration in memory, and who follows it. `list` and `get` below look at the database first. */
  readonly config: Pick<ConfigWatcher, "current" | "subscribe" | "refresh">;
  readonly credentials: {
    list(): Promise<readonly Credential[]>;
    get(id: CredentialId): Promise<Credential | undefined>;
    /** With its models, where they are known already. */
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
    /** Puts back what `remove` returned (undo). */
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
  /** Settings changed at run time, preferences, cap schedule, price overrides: one record a name, with the epoch. */
  readonly settings: NamedRecords;
  /** Cooldowns, learned limits and other state of the pool: written when it changes, no epoch. */
  readonly poolState: PoolRecords;
  /** Values that end: thought signatures, stored responses, OAuth states, file owners. At most 60 KiB a value, larger ones are split. */
  readonly expiring: {
    get(kind: string, id: string): Promise<Json | undefined>;
    put(kind: string, id: string, value: Json, ttlMs: number): Promise<void>;
    /** Reads and removes in one step: for one-time values. */
    take(kind: string, id: string): Promise<Json | undefined>;
    remove(kind: string, id: string): Promise<void>;
  };
  /** The version of the configuration in memory; grows with each write of any process. */
  epoch(): string;
  lease(name: string, ttlMs: number): Promise<HeldLease | undefined>;
  processes(): Promise<readonly ProcessRecord[]>;
  /**
   * Takes up to `want` units of a counted window, never letting the window's total pass `limit`, whatever other processes do.
   * Returns what was granted (0 when the window is used up) and the total taken by all.
   */
  takeSlice(
    window: string,
    want: number,
    limit: number,
    expiresAt: number,
  ): Promise<{ granted: number; taken: number }>;
  /** Gives back unused units of a slice. */
  returnSlice(window: string, unused: number): Promise<void>;
  /** Notes, before any of them is spent and without waiting, how many units of a window this process has in hand. */
  noteInHand(window: string, units: number): void;
  /** Gives back what processes that were killed had in hand. Call it only where no other process runs. */
  returnUnitsOfTheDead(): Promise<void>;
  /** Encrypts and decrypts texts with the database's own key. */
  readonly vault: {
    seal(text: string): Promise<string>;
    open(sealed: string): Promise<string>;
    /** Data to keep beside a sealed text, so that any database under the same master key can open it. */
    readonly salt: string;
    /** Opens what another database has sealed; undefined when no key and salt that are at hand open it. */
    recover(sealed: string, from: SealedElsewhere): Promise<string | undefined>;
  };
  /** Whether this process made the database. */
  readonly isNew: boolean;
  /** Records that did not decode since start, for `doctor`. */
  quarantined(): readonly { readonly key: string; readonly problem: string }[];
  close(): Promise<void>;
}
