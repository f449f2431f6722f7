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
import { mayBePlain, type OAuthClient } from "./oauth_client.ts";
import { timed } from "./timed.ts";

/** What a grant brought. Secrets as plain text: only for the store and for request headers. */
export interface Tokens {
  readonly accessToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** A new one replaces the old. */
  readonly refreshToken?: string;
}

/** What Google gives when it does not say how long a token lasts, in seconds. */
const USUAL_LIFE = 3_600;

/** Settings for a call of the library: our network, our patience. */
export function callOptions(address: string, fetch: Fetch, signal: AbortSignal) {
  return {
    [oauth.allowInsecureRequests]: mayBePlain(address),
    [oauth.customFetch]: (url: string, init: RequestInit) => fetch(url, init),
    signal,
  };
}

/** A success with its body read within a bound, as the library reads without one. Rejects with ReplyBeyondBounds when it is larger. */
export async function boundedAnswer(response: Response): Promise<Response> {
  return new Response(await readWhole(response, UPSTREAM_BOUNDS.answerBytes), response);
}

export interface GrantContext {
  readonly settings: Settings;
  readonly ports: Ports;
  readonly source: SourceName;
}

/** Trades a refresh token for an access token. Scopes are not repeated: narrower ones would lose the service. */
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

export function tokensOf(answer: oauth.TokenEndpointResponse, now: number): Tokens {
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

/** Ends a grant at Google; false when Google could not be reached or does not know it any more. */
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
