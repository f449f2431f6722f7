import * as oauth from "oauth4webapi";
import type { Settings } from "../config/mod.ts";
import {
  err,
  type Failure,
  type Fetch,
  isObject,
  ok,
  type Ports,
  type Result,
  type SourceName,
} from "../core/mod.ts";
import {
  classifyTokenRefusal,
  parseReply,
  readStart,
  readWhole,
  ReplyBeyondBounds,
  unreachableFailure,
  UPSTREAM_BOUNDS,
} from "../upstreams/mod.ts";
import { mayBePlain, type OAuthClient, sourceName } from "./oauth_client.ts";
import { timed } from "./timed.ts";
import type { OAuthOutcome } from "./contract.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import type { PendingSignIn } from "./pending_sign_ins.ts";
import { fromFailure, refuse } from "./problem.ts";

/** Tokens of a grant. Secrets as plain text: only for the store and for request headers. */
export interface Tokens {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** A new one replaces the old. */
  readonly refreshToken?: string;
}

/** Assumed lifetime of a token if Google states none, in seconds. */
const USUAL_LIFE = 3_600;

/** Options of a call of the library: our fetch and time limit. */
function callOptions(address: string, fetch: Fetch, signal: AbortSignal) {
  return {
    [oauth.allowInsecureRequests]: mayBePlain(address),
    [oauth.customFetch]: (url: string, init: RequestInit) => fetch(url, init),
    signal,
  };
}

/**
 * A successful response with its body read within a bound, as the library has none. Rejects with
 * ReplyBeyondBounds when it is larger.
 */
async function boundedAnswer(response: Response): Promise<Response> {
  return new Response(await readWhole(response, UPSTREAM_BOUNDS.answerBytes), response);
}

export interface GrantContext {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly source: SourceName;
}

/**
 * Trades a refresh token for an access token. Scopes are not repeated: narrower ones would lose access to the
 * service.
 */
export async function refreshGrant(
  context: GrantContext,
  { server, client, authentication }: Pick<OAuthClient, "server" | "client" | "authentication">,
  refreshToken: string,
): Promise<Result<Tokens, Failure>> {
  const { settings, ports } = context;
  return await readGrant(context, async (signal) => {
    const options = callOptions(settings.googleTokenUrl, ports.fetch, signal);
    return await oauth.refreshTokenGrantRequest(server, client, authentication, refreshToken, options);
  }, (response) => oauth.processRefreshTokenResponse(server, client, response));
}

/** Sends a grant and reads its answer; refusals are classified, never thrown. */
export async function readGrant(
  context: Omit<GrantContext, "settings">,
  send: (signal: AbortSignal) => Promise<Response>,
  process: (response: Response) => Promise<oauth.TokenEndpointResponse>,
): Promise<Result<Tokens, Failure>> {
  const { ports, source } = context;
  try {
    return await timed(ports.clock, async (signal) => {
      const response = await send(signal);
      const now = ports.clock.now();
      if (response.ok) return ok(tokensOf(await process(await boundedAnswer(response)), now));
      const { status, headers } = response;
      return err(
        classifyTokenRefusal({
          status,
          headers,
          body: await readStart(response, UPSTREAM_BOUNDS.refusalBytes),
          model: "",
          now,
        }, source),
      );
    });
  } catch (error) {
    return err(
      error instanceof oauth.OperationProcessingError || error instanceof ReplyBeyondBounds
        ? unreadable(source)
        : unreachable(context.source, error),
    );
  }
}

function tokensOf(answer: oauth.TokenEndpointResponse, now: number): Tokens {
  return {
    accessToken: answer.access_token,
    expiresAt: now + (answer.expires_in ?? USUAL_LIFE) * 1_000,
    ...(answer.refresh_token === undefined ? {} : { refreshToken: answer.refresh_token }),
  };
}

function unreadable(source: SourceName): Failure {
  return {
    class: "unknown",
    status: 502,
    source,
    scope: "request",
    code: "unreadable_token",
    message: "The token endpoint's answer was not a token; check GOOGLE_TOKEN_URL.",
  };
}

function unreachable(source: SourceName, error: unknown): Failure {
  const message = "Google's token endpoint could not be reached; check the network and GOOGLE_TOKEN_URL.";
  return unreachableFailure(source, message, error, "token_endpoint_unreachable");
}

/** The account's e-mail, asked of Google with its own token. */
export async function fetchEmail(
  context: GrantContext,
  accessToken: string,
): Promise<Result<string, Failure>> {
  const { settings, ports, source } = context;
  try {
    return await timed(ports.clock, async (signal) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      const init: RequestInit = { headers, redirect: "manual", signal };
      const response = await ports.fetch(settings.googleUserinfoUrl, init);
      const body: unknown = response.ok ? await answerOf(response) : await response.body?.cancel();
      const email = isObject(body) ? body["email"] : undefined;
      return typeof email === "string" && email !== "" ? ok(email) : err(noEmail(source));
    });
  } catch (error) {
    return err(
      error instanceof SyntaxError || error instanceof ReplyBeyondBounds
        ? noEmail(source)
        : unreachable(context.source, error),
    );
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const bytes = await readWhole(response, UPSTREAM_BOUNDS.answerBytes);
  return parseReply(new TextDecoder().decode(bytes));
}

function noEmail(source: SourceName): Failure {
  return {
    class: "unknown",
    status: 502,
    source,
    scope: "request",
    code: "no_email",
    message:
      "Google does not tell the account's e-mail; OAUTH_SCOPES must hold userinfo.email, then sign in again.",
  };
}

/** Ends a grant at Google; false when Google could not be reached or no longer knows it. */
export async function revokeGrant(
  ports: Ports,
  token: string,
  address: string,
): Promise<boolean> {
  try {
    return await timed(ports.clock, async (signal) => {
      const response = await ports.fetch(address, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ token }).toString(),
        redirect: "manual",
        signal,
      });
      await response.body?.cancel();
      return response.ok;
    });
  } catch {
    return false;
  }
}

interface Answer extends PendingSignIn {
  readonly state: string;
  /** Parameters with which Google sent the browser back. */
  readonly parameters: URLSearchParams;
}

/** Checks Google's answer and trades its code for tokens, with this sign-in's verifier. */
export async function exchangeCode(
  { settings, ports }: OAuthOptions,
  { server, client, authentication }: OAuthClient,
  answer: Answer,
): Promise<OAuthOutcome<Tokens>> {
  try {
    const parameters = oauth.validateAuthResponse(server, client, answer.parameters, answer.state);
    return await timed(ports.clock, async (signal) => {
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        answer.redirectUri,
        answer.verifier,
        callOptions(settings.googleTokenUrl, ports.fetch, signal),
      );
      const now = ports.clock.now();
      if (!response.ok) {
        return refused(answer, response.status, await readStart(response, UPSTREAM_BOUNDS.refusalBytes), now);
      }
      const whole = await boundedAnswer(response);
      return ok(tokensOf(await oauth.processAuthorizationCodeResponse(server, client, whole), now));
    });
  } catch (error) {
    return explained(answer, error);
  }
}

function refused(answer: Answer, status: number, body: string, now: number) {
  const failure = classifyTokenRefusal({ status, body, model: "", now }, answer.provider);
  // For a code, an invalid grant means that it is used, expired, or from another sign-in.
  if (failure.class !== "credential_dead" && !body.includes("redirect_uri_mismatch")) {
    return fromFailure(failure);
  }
  return refuse(
    422,
    "code_refused",
    "Google does not take this code: it was used, is too old or belongs to another sign-in; sign in again.",
  );
}

const CONSENT: Readonly<Record<string, string>> = {
  access_denied: "The consent was denied on Google's page; sign in again and allow the access.",
  invalid_scope:
    "Google does not grant the configured scopes to this OAuth client; clear OAUTH_SCOPES and sign in again, which asks for the least.",
  admin_policy_enforced:
    "The administrator of this Google account does not allow the access; use another account.",
  org_internal:
    "The OAuth client is only for accounts of its own organisation; use such an account or another client.",
  redirect_uri_mismatch:
    "The OAuth client does not allow this redirect address; use a client of the kind Desktop app, or register the address.",
};

/** Only the error code is repeated; its description could contain anything. */
function explained({ provider }: Answer, error: unknown) {
  if (error instanceof oauth.AuthorizationResponseError) {
    const word = /^[a-z_]{1,64}$/.test(error.error) ? error.error : "unknown_error";
    const told = Object.hasOwn(CONSENT, word) ? CONSENT[word] : undefined;
    return refuse(
      422,
      word,
      told ?? `Google refused the sign-in to ${sourceName(provider)}: ${word}; sign in again.`,
    );
  }
  if (
    error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError ||
    error instanceof ReplyBeyondBounds
  ) {
    return refuse(
      422,
      "invalid_answer",
      "The answer to the sign-in is not Google's or not for this sign-in; sign in again.",
    );
  }
  return refuse(
    502,
    "token_endpoint_unreachable",
    "Google's token endpoint could not be reached; check the network and sign in again.",
  );
}
