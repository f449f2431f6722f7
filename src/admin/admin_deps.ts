import type { Catalog } from "../catalog/mod.ts";
import type { Settings } from "../config/mod.ts";
import {
  type Credential,
  err,
  type Failure,
  type Fetch,
  type Ports,
  redact,
  type Result,
  type SourceName,
} from "../core/mod.ts";
import type { LedgerService } from "../ledger/mod.ts";
import type { CappedPool, LeaseRequest, Pool } from "../pool/mod.ts";
import type { Store, StoreProblem } from "../store/mod.ts";
import type { Upstream } from "../upstreams/mod.ts";
import type { SettingsFile } from "./settings_table.ts";

/** A call in flight or waiting, as the relay knows it. */
export interface InFlightCall {
  readonly id: string;
  readonly at: number;
  readonly dialect: string;
  readonly operation: string;
  readonly stream: boolean;
  readonly modelAsked: string;
  readonly modelUsed?: string;
  readonly client: string;
  readonly agent: string;
  readonly session: string;
  readonly state: "waiting" | "sent" | "retrying" | "streaming";
  readonly waiting?: { readonly leaseRequest: LeaseRequest; readonly since: number };
  readonly key?: string;
  readonly attempts: number;
  readonly firstTokenMs?: number;
  readonly outputTokens?: number;
}

/** Modules that the use-cases work with; made once by the composition. */
export interface AdminDeps {
  readonly store: Store;
  readonly settings: Settings;
  readonly catalog: Catalog;
  readonly pool: Pool & Pick<CappedPool, "capProgress">;
  readonly ledger: LedgerService;
  /** The calls of this process that have not ended. */
  readonly calls: { list(): readonly InFlightCall[]; cancel(id: string): boolean };
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  readonly ports: Ports;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** A short visit beside or without a server: it raises no alert about models that are out. */
  readonly visitor?: boolean;
  /** The problem of this program's files, as a sentence; undefined while there is none. */
  readonly trouble?: () => string | undefined;
  /** Stores settings that are changed at run time; absent where they cannot be stored */
  readonly settingsFile?: SettingsFile;
  /** Makes a credential usable: an OAuth account gets a fresh access token, an API key is returned as it is. */
  readonly ready?: (
    credential: Credential,
    force: boolean,
    how?: { readonly check?: boolean },
  ) => Promise<Result<Credential, Failure>>;
  /** A fetch through a credential's own outbound proxy. Default: `ports.fetch`. */
  readonly fetchFor?: (credential: Pick<Credential, "proxy">) => Fetch;
  /** Ends an account's sign-in at Google, as far as Google can be reached, and removes it. Absent: accounts are removed as keys are. */
  readonly oauth?: { signOut(id: string): Promise<Outcome<{ readonly revoked: boolean }>> };
}

/** Why a use-case refused; the HTTP API sends it unchanged, the CLI prints its message. */
export interface AdminProblem {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 502 | 503;
  /** Machine word: `duplicate`, `not_found`, `ambiguous`, `conflict`, `invalid`, ... */
  readonly code: string;
  /** One sentence: what, where, what to do. No secret. */
  readonly message: string;
  /** The field at fault. */
  readonly param?: string;
}

export type Outcome<Value> = Result<Value, AdminProblem>;

export function refuse(
  status: AdminProblem["status"],
  code: string,
  message: string,
  param?: string,
): { readonly ok: false; readonly error: AdminProblem } {
  const problem = { status, code, message, ...(param === undefined ? {} : { param }) };
  return err(problem) as { readonly ok: false; readonly error: AdminProblem };
}

/** Converts a store's refusal to a problem of the edited thing; `name` is the name that the request gave. */
export function fromStore(problem: StoreProblem, what: string, name = "") {
  switch (problem.kind) {
    case "duplicate":
      return refuse(409, "duplicate", `This ${what} is already there (${problem.id})`);
    case "missing":
      return missing(what, name);
    case "conflict":
      return refuse(
        409,
        "conflict",
        `Somebody else changed this ${what} meanwhile: load it again, then repeat the edit`,
      );
    case "invalid":
      return refuse(422, "invalid", problem.message, problem.field);
  }
}

/**
 * The problem that nothing has the given name; it repeats the name, so that a typing error shows. Never pass a
 * name that may be part of a secret.
 */
export function missing(what: string, name = "") {
  const shown = redact(name).slice(0, 100);
  return refuse(
    404,
    "not_found",
    `There is no ${what}${shown === "" ? " of this name" : ` ${shown}`}: list them to see their names`,
  );
}

/** A refused check of a key, as a problem of the request that brought the key. */
export function fromFailure(failure: Failure) {
  const away = failure.class === "transport" || failure.class === "overloaded";
  return refuse(away ? 502 : 422, failure.class, failure.message);
}
