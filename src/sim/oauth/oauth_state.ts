import type { Clock } from "../../core/mod.ts";
import { newAccount, type SimAccount } from "./accounts.ts";

/** One request that reached a fake, without its secrets. */
export interface OAuthLogEntry {
  /** google, daily, prod, cli or vertex. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly account?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface IssuedCode {
  readonly email: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly scope: string;
  readonly lasting: boolean;
}

/** A fault of one whole host. */
export type HostFault = "unavailable" | "bare_429" | "old_version";

export interface ServiceAccountEntry {
  readonly project: string;
  readonly publicKey: CryptoKey;
}

/** The state of all fakes. */
export class OAuthState {
  readonly accounts = new Map<string, SimAccount>();
  readonly codes = new Map<string, IssuedCode>();
  /** By refresh token. */
  readonly grants = new Map<
    string,
    { readonly email: string; readonly scope: string; readonly client: string }
  >();
  /** Clients that Google knows, with their secrets. */
  readonly clients = new Map<string, string>();
  /** By access token. */
  readonly tokens = new Map<
    string,
    { readonly email: string; readonly until: number; readonly scope: string }
  >();
  readonly serviceAccounts = new Map<string, ServiceAccountEntry>();
  readonly operations = new Map<string, { readonly email: string; looks: number }>();
  readonly hostFaults = new Map<string, HostFault>();
  readonly log: OAuthLogEntry[] = [];
  /** Who signs in on the next consent pages. */
  signsInAs = "ada@example.com";
  consent: "allow" | "deny" | "never_returns" = "allow";
  withholdRefreshToken = false;
  clientAllowed = true;
  knowsClient = true;
  /** The client is registered for Google's pages that show a code. */
  codePages = false;
  /** Calls that only search are refused. */
  failsSearches = false;
  /** Milliseconds that the token endpoint takes. */
  tokenDelay = 0;
  /** Antigravity refuses clients below it. */
  versionFloor = "0.0.0";
  /** The manifest of Antigravity's updater; undefined: 503. */
  manifest: string | undefined = "version: 2.11.0\nfiles: []\n";
  #made = 0;

  constructor(readonly clock: Clock, readonly clientId: string, clientSecret: string) {
    this.clients.set(clientId, clientSecret);
  }

  account(email: string): SimAccount {
    const known = this.accounts.get(email);
    if (known !== undefined) return known;
    const account = newAccount(email, this.clock.now());
    this.accounts.set(email, account);
    return account;
  }

  /** Makes names by counting, so that the same calls give the same bytes. */
  mint(prefix: string): string {
    return `${prefix}${String(++this.#made).padStart(6, "0")}sim`;
  }

  issueAccess(email: string, scope: string, seconds: number): string {
    const token = this.mint("ya29.sim-access-");
    this.tokens.set(token, { email, scope, until: this.clock.now() + seconds * 1_000 });
    return token;
  }

  issueRefresh(email: string, scope: string, client: string = this.clientId): string {
    const token = this.mint("1//sim-refresh-");
    this.grants.set(token, { email, scope, client });
    return token;
  }

  /** Ends every token of an account. */
  revokeAll(email: string): void {
    for (const [token, grant] of this.grants) if (grant.email === email) this.grants.delete(token);
    for (const [token, access] of this.tokens) if (access.email === email) this.tokens.delete(token);
  }

  /** The account of a request's bearer token; undefined when it is unknown or over. */
  bearer(request: Request): { readonly email: string; readonly scope: string } | undefined {
    const token = /^Bearer (\S+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
    const access = token === undefined ? undefined : this.tokens.get(token);
    return access !== undefined && access.until > this.clock.now() ? access : undefined;
  }
}
