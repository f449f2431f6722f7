import type { Failure, FailureClass } from "./failure.ts";
import type { CredentialId, SourceName, Tier } from "./ids.ts";
import type { ModelRules } from "./glob.ts";
import type { Secret } from "./secret.ts";

/** Why Google will not take a credential any more; lifted only by a check or a new sign-in. */
export interface Death {
  readonly class: FailureClass;
  readonly reason: string;
  readonly at: number;
  /** The machine word of the refusal, for clients: `invalid_api_key`, `key_suspended`. */
  readonly code?: string;
  /** The status of the refusal, told to clients again; absent in records of older versions. */
  readonly status?: number;
  readonly link?: string;
}

/** What is kept of the refusal that retires a credential, for all who meet it later and after a restart. */
export function deathOf(failure: Pick<Failure, "message" | "code" | "status" | "link">, at: number): Death {
  const { message: reason, code, status, link } = failure;
  return {
    class: "credential_dead",
    reason,
    at,
    status,
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { link }),
  };
}

/** What every credential has, whatever its source. Secrets are `Secret`s, so a credential may be logged. */
interface CredentialBase extends ModelRules {
  readonly id: CredentialId;
  readonly source: SourceName;
  /** The user's name for it; empty when none was given. */
  readonly label: string;
  /** The user's words to find it by; absent without any. */
  readonly tags?: readonly string[];
  /** Last four characters of the secret, or the account's e-mail. */
  readonly tail: string;
  readonly tier: Tier;
  /** Google Cloud project, told by the user or read from an error; keys of one project share their buckets. */
  readonly project?: string;
  readonly enabled: boolean;
  /** Higher is served first within its source and tier; default 0. */
  readonly priority: number;
  readonly dead?: Death;
  /** Outbound proxy for this credential alone: http://, https:// or socks5:// URL. */
  readonly proxy?: string;
  readonly createdAt: number;
  /** Epoch milliseconds of the last edit, for optimistic concurrency. */
  readonly updatedAt: number;
}

export interface ApiKeyCredential extends CredentialBase {
  readonly source: "api_key";
  readonly key: Secret;
}

export interface OAuthCredential extends CredentialBase {
  readonly source: "antigravity" | "gemini_cli";
  readonly email: string;
  readonly refreshToken: Secret;
  readonly accessToken?: Secret;
  /** Epoch milliseconds at which accessToken ends. */
  readonly accessExpiresAt?: number;
  /** The Code Assist project that loadCodeAssist gave for this account. */
  readonly codeAssistProject?: string;
  /** True when Google said that no company manages the account: then its source's first host alone serves it. */
  readonly consumer?: boolean;
  /** The OAuth client that the refresh token was given to; no other one can use it. Absent: the configured one. */
  readonly clientId?: string;
  readonly clientSecret?: Secret;
}

export interface VertexCredential extends CredentialBase {
  readonly source: "vertex";
  /** The service-account file or application default credentials, as JSON text. */
  readonly serviceAccount: Secret;
  readonly location: string;
  readonly accessToken?: Secret;
  readonly accessExpiresAt?: number;
}

export type Credential = ApiKeyCredential | OAuthCredential | VertexCredential;
