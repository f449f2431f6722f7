import * as oauth from "oauth4webapi";
import { Buffer } from "node:buffer";
import {
  err,
  type Failure,
  isObject,
  parseForeign,
  type Result,
  type VertexCredential,
} from "../core/mod.ts";
import { serverOf } from "./oauth_client.ts";
import { type GrantContext, readGrant, refreshGrant, type Tokens } from "./token_endpoint.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";
/** The longest lifetime that Google accepts, in seconds. */
const LIFE = 3_600;
/** A little back in time, for clocks that run ahead, in seconds. */
const SLACK = 10;

/** An access token for a service account or for application default credentials. The file's own addresses are never used. */
export async function vertexToken(
  context: GrantContext,
  { serviceAccount }: Pick<VertexCredential, "serviceAccount">,
): Promise<Result<Tokens, Failure>> {
  const file: unknown = parseForeign(serviceAccount.reveal());
  const { type, client_email, private_key, client_id, client_secret, refresh_token } = isObject(file)
    ? file
    : {};
  if (type === "authorized_user") {
    if (
      typeof client_id !== "string" || typeof client_secret !== "string" || typeof refresh_token !== "string"
    ) {
      return err(badFile("it lacks client_id, client_secret or refresh_token"));
    }
    const client = { client_id };
    const authentication = oauth.ClientSecretPost(client_secret);
    return await refreshGrant(
      context,
      { server: serverOf(context.settings), client, authentication },
      refresh_token,
    );
  }
  if (typeof client_email !== "string" || typeof private_key !== "string") {
    return err(badFile("only service accounts and application default credentials of a user are supported"));
  }
  return await assertionGrant(context, client_email, private_key);
}

/** RFC 7523: a signed assertion in place of a secret. */
async function assertionGrant(
  context: GrantContext,
  email: string,
  pem: string,
): Promise<Result<Tokens, Failure>> {
  const { settings, ports } = context;
  const assertion = await signed(email, pem, settings.googleTokenUrl, Math.floor(ports.clock.now() / 1_000));
  if (assertion === undefined) return err(badFile("its private key cannot be read"));
  const body = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
  return await readGrant(
    context,
    async (signal) =>
      await ports.fetch(settings.googleTokenUrl, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: body.toString(),
        redirect: "manual",
        signal,
      }),
    (response) =>
      oauth.processGenericTokenEndpointResponse(serverOf(settings), { client_id: email }, response),
  );
}

async function signed(
  email: string,
  pem: string,
  audience: string,
  now: number,
): Promise<string | undefined> {
  const issued = now - SLACK;
  const claims = { iss: email, scope: SCOPE, aud: audience, iat: issued, exp: issued + LIFE };
  const head = `${encoded({ alg: "RS256", typ: "JWT" })}.${encoded(claims)}`;
  try {
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("pkcs8", derOf(pem), algorithm, false, ["sign"]);
    const signature = await crypto.subtle.sign(algorithm.name, key, new TextEncoder().encode(head));
    return `${head}.${Buffer.from(signature).toString("base64url")}`;
  } catch {
    return undefined;
  }
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function derOf(pem: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64"));
}

function badFile(why: string): Failure {
  return {
    class: "credential_dead",
    status: 422,
    source: "vertex",
    scope: "credential",
    code: "bad_service_account",
    message: `This service account file cannot be used: ${why}; add a service account's key file.`,
  };
}
