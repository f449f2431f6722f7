import type { Settings } from "../config/mod.ts";
import type { Credential, CredentialId, Fetch, Ports, SourceName } from "../core/mod.ts";
import type { Ledger } from "../ledger/contract.ts";
import type { Store } from "../store/mod.ts";
import type { ClientVersion, Upstream } from "../upstreams/mod.ts";

/** A pool that can leave a budget out before it is used up. */
export interface QuotaPort {
  /**
   * The part of a budget that Google states is left: `fraction` 0..1, undefined when unknown; `resetsAt` in
   * epoch milliseconds. Below a twentieth the account's model is left out until then, at or above it comes back.
   */
  noteQuota?(
    credential: CredentialId,
    model: string | { readonly group: string },
    fraction: number | undefined,
    resetsAt: number | undefined,
  ): void;
  /** Reports what is closed: `cooled` with a credential and a bucket's name when a budget of it is used up. */
  subscribe?(
    listener: (event: {
      readonly type: string;
      readonly credential?: CredentialId;
      readonly scope?: string;
      readonly until?: number;
    }) => void,
  ): () => void;
}

/** Options of the service; without `upstreams` it makes its own. */
export interface OpenOAuthOptions extends Omit<OAuthOptions, "upstreams"> {
  readonly upstreams?: OAuthOptions["upstreams"];
}

export interface OAuthOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly ports: Ports;
  readonly ledger: Pick<Ledger, "log">;
  readonly upstreams: ReadonlyMap<SourceName, Upstream>;
  readonly pool?: QuotaPort;
  /** The client version sent to Antigravity, which follows Google's own client; absent: the built-in one. */
  readonly version?: ClientVersion;
  /**
   * A fetch through an account's own outbound proxy, so that its tokens take the same route as its calls.
   * Default: `ports.fetch`.
   */
  readonly fetchFor?: (credential: Pick<Credential, "proxy">) => Fetch;
  /** Reads a file of this machine; default: the platform. */
  readonly readFile?: (path: string) => Promise<string>;
  /** The user's own folder, for imports without a text. */
  readonly userFolder?: string;
}
