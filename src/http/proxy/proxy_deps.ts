import type { CredentialId, Failure } from "../../core/mod.ts";
import type { Catalog } from "../../catalog/mod.ts";
import type { ClientWatch, RelayDeps } from "../../relay/mod.ts";
import type { Store } from "../../store/mod.ts";
import type { ClientIdentity } from "../auth.ts";
import type { RequestTarget } from "../request_target.ts";
import type { BodyRecorder } from "./body_recorder.ts";
import type { Resources } from "./resources/mod.ts";

/** Dependencies of the proxy routes. */
export interface ProxyDeps extends RelayDeps {
  readonly catalog: Catalog;
  readonly store: Store;
  /**
   * Admits one request that may reach Google and counts it against the client's rate limit and budget; returns
   * why it was refused.
   */
  readonly enter: (
    client: ClientIdentity,
    requestId: string,
  ) => Promise<Failure | undefined> | Failure | undefined;
  /** Returns why this client may never use this model; undefined when it may. */
  readonly modelRefusal: (client: ClientIdentity, model: string) => Failure | undefined;
  /** Whether this client may see and use a model at all. */
  readonly mayUse: (client: ClientIdentity, model: string) => boolean;
  /**
   * Asks Google once for an unknown model; true when the lists have changed. One discovery at a time, remembered
   * for a minute.
   */
  readonly discover: (model: string) => Promise<boolean>;
  /** Owners of resources that belong to a Google project. */
  readonly resources: Resources;
  /** Keeps bodies, with LOG_BODIES. */
  readonly bodies?: BodyRecorder;
  /** The credential that a replayed request must use. */
  readonly pinOf?: (request: Request) => CredentialId | undefined;
  /** Which addresses media may be fetched from; the default is the public internet alone. */
  readonly media?: { readonly allowed: (address: string) => boolean };
}

/** What is known of a request so far, for its record if it is refused before it becomes a call. */
export interface Seen {
  dialect?: string;
  operation?: string;
  model?: string;
  bytes?: number;
}

/** One request, as every proxy route knows it. */
export interface RequestContext {
  readonly request: Request;
  readonly target: RequestTarget;
  readonly requestId: string;
  readonly at: number;
  readonly client: ClientIdentity;
  /** Whether the client is still there. */
  readonly watch: ClientWatch;
  readonly seen: Seen;
}
