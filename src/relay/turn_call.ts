import type { CredentialId } from "../core/mod.ts";
import type { EventFilter, GeminiRequest } from "../gemini/mod.ts";
import type { LeaseRequest } from "../pool/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { CallTrace } from "./trace.ts";

/** A turn to request. */
export interface TurnCall {
  readonly leaseRequest: Omit<LeaseRequest, "tried">;
  readonly request: GeminiRequest;
  /** Whether Google is asked to stream, as the client wishes. */
  readonly stream: boolean;
  /** Whether the reader of the turn keeps its events until the end. */
  readonly keeps: boolean;
  readonly trace: CallTrace;
  readonly client: ClientWatch;
  /** Keys in use by another attempt at the same turn. */
  readonly avoid?: ReadonlySet<CredentialId>;
  /** Filters that change the events before they are used, in order. */
  readonly filters: readonly EventFilter[];
}
