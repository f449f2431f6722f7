import {
  type AccountStanding,
  type Credential,
  type CredentialId,
  type Failure,
  type JsonObject,
  type Result,
  type SourceOf,
  sourcesOf,
  type Tier,
} from "../core/mod.ts";
import type { ReadyHow } from "./refresher.ts";

/** Sources that a user signs in to with a Google account. */
export const PROVIDERS = sourcesOf("oauth");
export type Provider = SourceOf<"oauth">;

/** Why a sign-in, an import or a removal did not happen; safe to show. */
export interface OAuthProblem {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 502 | 503;
  /** Machine word: `source_off`, `confirmation_required`, `unknown_state`, `no_refresh_token`, ... */
  readonly code: string;
  /** One sentence: what, where, what to do. */
  readonly message: string;
  readonly param?: string;
  readonly link?: string;
}
export type OAuthOutcome<Value> = Result<Value, OAuthProblem>;

/** A sign-in that was begun. */
export interface BegunSignIn {
  /** Google's page, to be opened in a browser. */
  readonly authUrl: string;
  readonly state: string;
  /** Where Google sends the browser afterwards. */
  readonly redirectUri: string;
  /** For a cookie of the browser that began; the callback must bring it. Absent for a sign-in that no browser began. */
  readonly browserKey?: string;
  /** Advice for when the browser does not come back. */
  readonly hint: string;
}

/** The progress of a sign-in, for those who wait for it. */
export interface SignInProgress {
  readonly status: "pending" | "done" | "failed" | "unknown";
  /** One sentence on a failure, or on a remaining problem of an added account. */
  readonly message?: string;
  readonly account?: AddedAccount;
}

/** An account after its sign-in or import. */
export interface AddedAccount {
  readonly id: CredentialId;
  readonly source: Credential["source"];
  /** The account's e-mail, or the name of a service account. */
  readonly email: string;
  /** True when it existed and got a new token. */
  readonly renewed: boolean;
  readonly tier?: Tier;
  readonly project?: string;
  /** Why it cannot serve yet, and the page where the user can resolve that. */
  readonly problem?: string;
  readonly link?: string;
}

/** An account that an import would add. */
export interface PreviewedAccount {
  readonly name: string;
  readonly source: Credential["source"];
  /** False when it is disabled in the other program; it stays so. */
  readonly enabled: boolean;
  /** Its own outbound proxy, without a password. */
  readonly proxy?: string;
}

export interface ImportReport {
  readonly added: readonly AddedAccount[];
  /** Accounts that Google refused. */
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  /** Parts of the files that were not imported, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly message: string }[];
  /** The accounts that would be added; only for a preview. */
  readonly preview?: readonly PreviewedAccount[];
}

/** One budget of an account. Unknown is not zero: `remaining` is absent when Google does not say. */
export interface QuotaBucket {
  /** `gemini`, `third_party`, or a model's id. */
  readonly group: string;
  readonly label: string;
  /** `5h`, `weekly`, `daily`, ... */
  readonly window: string;
  /** 0..1 */
  readonly remaining?: number;
  /** Epoch milliseconds. */
  readonly resetsAt?: number;
  readonly models: readonly string[];
}

/** The sum of what is left of one budget over all accounts that can serve. */
export interface PooledQuota {
  readonly source: Provider;
  readonly group: string;
  readonly label: string;
  readonly window: string;
  /** Accounts that have this budget. */
  readonly accounts: number;
  /** Those for which Google does not state what is left. */
  readonly unknown: number;
  /** What is left in whole budgets of an account: 1.5 is one and a half. */
  readonly left: number;
  /** Epoch milliseconds of the first reset of a budget that is not full. */
  readonly resetsAt?: number;
}

export interface AccountQuota {
  readonly id: CredentialId;
  readonly source: Provider;
  readonly email: string;
  /** Epoch milliseconds at which Google was asked. */
  readonly at: number;
  readonly buckets: readonly QuotaBucket[];
  /** Why the numbers are out of date. */
  readonly problem?: string;
}

export interface AccountView extends AccountStanding {
  readonly id: CredentialId;
  readonly source: Credential["source"];
  readonly email: string;
  readonly label: string;
  readonly tier: Tier;
  readonly project?: string;
  readonly status: "active" | "disabled" | "dead";
  readonly quota?: AccountQuota;
}

/** Whether a source can work with the settings as they are. */
export interface SourceState {
  readonly source: Provider;
  readonly on: boolean;
  /** What to set, when it is off. */
  readonly reason?: string;
  /** A drawback of a setting while the source works. */
  readonly warning?: string;
}

export interface OAuthService {
  /** The warning that a user must have confirmed before a sign-in. */
  readonly warning: string;
  /**
   * Gives the credential a valid access token. Refreshes early and once for all callers; `force` refreshes
   * regardless of the expiry and looks up the account's project again.
   */
  ready(credential: Credential, force: boolean, how?: ReadyHow): Promise<Result<Credential, Failure>>;
  /** Begins a sign-in. `page` is the address under which the user reaches this server; `browser` binds it to that browser. */
  signIn(input: {
    readonly provider: Provider;
    readonly confirmed: boolean;
    readonly page?: string;
    readonly browser?: boolean;
    /** Google shows the code on a page of its own, to be pasted; only for clients with which that page is registered. */
    readonly headless?: boolean;
    /** The account's own outbound proxy, from its first contact with Google. */
    readonly proxy?: string;
  }): Promise<OAuthOutcome<BegunSignIn>>;
  /** Completes a sign-in with the address to which Google redirected the browser. */
  callback(url: URL, browserKey: string | undefined): Promise<OAuthOutcome<AddedAccount>>;
  /** Completes a sign-in with a pasted address, its query, or the bare code. */
  paste(input: { readonly provider: Provider; readonly text: string }): Promise<OAuthOutcome<AddedAccount>>;
  /** Adds an account by a refresh token issued to the configured client. */
  addRefreshToken(input: {
    readonly provider: Provider;
    readonly refreshToken: string;
    readonly confirmed: boolean;
    readonly proxy?: string;
  }): Promise<OAuthOutcome<AddedAccount>>;
  /** The progress of a sign-in, in whichever process. */
  progress(state: string): Promise<SignInProgress>;
  /** Imports accounts from a file's text, or without one from the usual places on this machine. */
  importFiles(input: {
    /** The source of all accounts, regardless of their files. */
    readonly provider?: Provider | SourceOf<"service_account">;
    readonly text?: string;
    readonly files?: readonly { readonly name: string; readonly text: string }[];
    readonly location?: string;
    /** An outbound proxy for all accounts, instead of those in the files. */
    readonly proxy?: string;
    /** Only report what would be added; Google is not asked. */
    readonly preview?: boolean;
    readonly confirmed: boolean;
  }): Promise<OAuthOutcome<ImportReport>>;
  /** Revokes an account's grant at Google, if Google can be reached, and removes it. */
  signOut(id: string): Promise<OAuthOutcome<{ readonly email: string; readonly revoked: boolean }>>;
  accounts(): Promise<readonly AccountView[]>;
  sources(): readonly SourceState[];
  /** Asks Google for every account's quota; a job's report. Call it under a lease. */
  pollQuotas(signal: AbortSignal): Promise<JsonObject>;
  /** Asks for the quota of all accounts now, or of the one with this id or e-mail; the numbers are in `accounts` then. */
  refreshQuotas(only: string | undefined): Promise<OAuthOutcome<readonly AccountView[]>>;
  quotaView(): Promise<readonly AccountQuota[]>;
  /** Waits for refreshes in progress and stops timers. */
  close(): Promise<void>;
}
