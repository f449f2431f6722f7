import type { Connections, Credential, Failure, Ports, Result, SourceName } from "../core/mod.ts";
import type { Settings } from "../config/mod.ts";
import type { Ledger } from "../ledger/contract.ts";
import type { GeminiRequest } from "../gemini/mod.ts";
import type { Pool } from "../pool/contract.ts";
import type { Upstream } from "../upstreams/contract.ts";
import type { ActiveCalls } from "./trace.ts";
import type { ActiveMember, ActiveSet } from "./active_set.ts";
import type { FilteredRequests, FirstBytes, SessionMemory } from "./call_memory.ts";
import type { Deadlines } from "./deadlines.ts";
import type { RepairMemory } from "./repair_memory.ts";
import type { SignatureMemory } from "./signature_memory.ts";

/** An upstream request in flight. */
export interface Running extends ActiveMember {
  abort(): void;
}

/** Dependencies of relaying calls; made once by the composition. */
export interface RelayDeps {
  readonly ports: Ports;
  readonly settings: Settings;
  readonly pool: Pool;
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  readonly ledger: Ledger;
  readonly deadlines: Deadlines;
  readonly signatures: SignatureMemory;
  readonly repairs: RepairMemory;
  readonly filtered: FilteredRequests;
  readonly sessions: SessionMemory;
  /** Aborts when the process stops. */
  readonly shutdown: AbortSignal;
  /** Requests aborted when it does: one set, as a listener on the signal for each attempt costs more. */
  readonly running: ActiveSet<Running>;
  /** The calls in flight or waiting. */
  readonly calls: ActiveCalls;
  /** Makes a credential usable: refreshes OAuth access tokens, early or forced. */
  readonly ready: (credential: Credential, force: boolean) => Promise<Result<Credential, Failure>>;
  /** The name of a model at a credential's source, for this request; default: the pool's name. */
  readonly nameAt?: (credential: Credential, model: string, request: GeminiRequest | undefined) => string;
  /** The connections that calls use; absent: the platform's own. */
  readonly connections?: Connections;
  /** The outgoing proxy that the environment names for a URL, as host and port. */
  readonly proxyOf?: (url: string) => string | undefined;
  /** How long answers take to begin; absent: silence is never suspicious. */
  readonly firstBytes?: FirstBytes;
  /** Whether a connection to the host of a URL succeeds within `ms`; absent: not checked. */
  readonly reach?: (url: string, credential: Credential, ms: number) => Promise<boolean>;
}
