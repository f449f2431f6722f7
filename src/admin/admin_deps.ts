import type { Catalog } from "../catalog/mod.ts";
import type { Settings } from "../config/mod.ts";
import type { Credential, Failure, Fetch, Ports, Result, SourceName } from "../core/mod.ts";
import type { LedgerService } from "../ledger/mod.ts";
import type { CappedPool, LeaseRequest, Pool } from "../pool/mod.ts";
import type { Store } from "../store/mod.ts";
import type { Upstream } from "../upstreams/mod.ts";
import type { Outcome } from "./problem.ts";
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

/** What the use-cases work with; made once by the composition. */
export interface AdminDeps {
  readonly store: Store;
  readonly settings: Settings;
  readonly catalog: Catalog;
  readonly pool: Pool & Pick<CappedPool, "capProgress">;
  readonly ledger: LedgerService;
  /** The calls of this process that are not over. */
  readonly calls: { list(): readonly InFlightCall[]; cancel(id: string): boolean };
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  readonly ports: Ports;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** What is wrong with the files of this program, as a sentence; undefined while all is well. */
  readonly trouble?: () => string | undefined;
  /** Where settings are written that are changed at run time. Absent: there is nowhere to write them. */
  readonly settingsFile?: SettingsFile;
  /** A credential that can be used now: OAuth access tokens are refreshed. API keys need none. */
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
