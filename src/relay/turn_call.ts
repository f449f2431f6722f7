import type { CredentialId } from "../core/mod.ts";
import type { EventFilter, GeminiRequest } from "../gemini/mod.ts";
import type { LeaseRequest } from "../pool/contract.ts";
import type { ClientWatch } from "./client_watch.ts";
import type { CallTrace } from "./trace.ts";

/** A turn to be asked for. */
export interface TurnCall {
  readonly leaseRequest: Omit<LeaseRequest, "tried">;
  readonly request: GeminiRequest;
  /** How Google is asked; the client's own wish. */
  readonly stream: boolean;
  /** Whether whoever reads the turn keeps its events until it has ended. */
  readonly keeps: boolean;
  readonly trace: CallTrace;
  readonly client: ClientWatch;
  /** Keys that another attempt at the same turn is busy with. */
  readonly avoid?: ReadonlySet<CredentialId>;
  /** Changes to the events before anybody sees them, in order. */
  readonly filters: readonly EventFilter[];
}
