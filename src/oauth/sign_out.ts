import { type Credential, ok } from "../core/mod.ts";
import type { OAuthOutcome } from "./contract.ts";
import { serverOf } from "./oauth_client.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import { fromStore, refuse } from "./problem.ts";
import { portsFor } from "./timed.ts";
import { revokeGrant } from "./token_endpoint.ts";

/** Removes an account and ends its grant at Google. A Google that cannot be reached does not keep it here. */
export async function signOut(
  options: OAuthOptions,
  idOrEmail: string,
): Promise<
  OAuthOutcome<{ readonly credential: Credential; readonly email: string; readonly revoked: boolean }>
> {
  const { store, settings, ledger } = options;
  const found = (await store.credentials.list()).filter((one) =>
    one.source !== "api_key" && (one.id === idOrEmail || one.tail === idOrEmail)
  );
  const [credential] = found;
  if (credential === undefined || credential.source === "api_key") return fromStore({ kind: "missing" });
  if (found.length > 1) {
    return refuse(409, "ambiguous", "This name fits accounts of several sources; give the account's id.");
  }
  const removed = await store.credentials.remove(credential.id);
  if (!removed.ok) return fromStore(removed.error);
  const address = serverOf(settings).revocation_endpoint ?? "";
  // A service account has no grant; its key is deleted in Google Cloud.
  const revoked = credential.source !== "vertex" &&
    await revokeGrant(portsFor(options, credential), credential.refreshToken.reveal(), address);
  const told = revoked ? "and its sign-in was revoked" : "but its sign-in could not be revoked at Google";
  ledger.log(
    "info",
    "oauth",
    `The account ${credential.tail} was removed ${credential.source === "vertex" ? "here" : told}`,
  );
  return ok({ credential, email: credential.tail, revoked });
}
