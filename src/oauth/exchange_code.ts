import * as oauth from "oauth4webapi";
import { ok } from "../core/mod.ts";
import { classifyTokenRefusal, readStart, ReplyBeyondBounds, UPSTREAM_BOUNDS } from "../upstreams/mod.ts";
import type { OAuthOutcome } from "./contract.ts";
import { type OAuthClient, sourceName } from "./oauth_client.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import type { PendingSignIn } from "./pending_sign_ins.ts";
import { fromFailure, refuse } from "./problem.ts";
import { timed } from "./timed.ts";
import { boundedAnswer, callOptions, type Tokens, tokensOf } from "./token_endpoint.ts";

interface Answer extends PendingSignIn {
  readonly state: string;
  /** What Google sent the browser back with. */
  readonly parameters: URLSearchParams;
}

/** Checks Google's answer and trades its code for tokens, with the verifier of this very sign-in. */
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
  // For a code, an invalid grant says that it is used, too old, or not of this sign-in.
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

/** Only the error's word is ever repeated; its free text could hold anything. */
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
