import { accountStanding, type Credential, type FailedSetUp, isOfType, ok } from "../core/mod.ts";
import { createClientVersion, upstreamsOf } from "../upstreams/mod.ts";
import { AccountAdder } from "./account_adder.ts";
import type { AccountQuota, AccountView, OAuthOutcome, OAuthService } from "./contract.ts";
import { followExhaustion } from "./quota_answer.ts";
import { importAccounts } from "./import_accounts.ts";
import { serverOf, sourceStates } from "./oauth_client.ts";
import type { OAuthOptions, OpenOAuthOptions } from "./oauth_options.ts";
import { fromStore, OAUTH_WARNING, refuse, unconfirmed } from "./problem.ts";
import { QuotaPoller } from "./quota_poller.ts";
import { Refresher } from "./refresher.ts";
import { SignIns } from "./sign_in.ts";
import { portsFor } from "./timed.ts";
import { revokeGrant } from "./token_endpoint.ts";

/** Opens the service. Google is not asked before the first call. */
export function createOAuth(opened: OpenOAuthOptions): OAuthService {
  const { settings, version = createClientVersion() } = opened;
  const options: OAuthOptions = {
    ...opened,
    version,
    upstreams: opened.upstreams ?? upstreamsOf(settings, version),
  };
  const refresher = new Refresher(options);
  const ending = new AbortController();
  const quotas = new QuotaPoller(options, refresher);
  const adder = new AccountAdder(options, refresher, (id) => quotas.poll(ending.signal, id));
  const signIns = new SignIns(options, adder);
  const unfollow = followExhaustion(options);
  async function accounts(): Promise<readonly AccountView[]> {
    const view = new Map((await quotas.view()).map((quota) => [quota.id, quota]));
    const all = await options.store.credentials.list();
    const rests = await refresher.failedSetUps();
    return all.flatMap((one) => accountView(one, view.get(one.id), rests.get(one.id)) ?? []);
  }
  return {
    warning: OAUTH_WARNING,
    ready: (credential, force, how) => refresher.ready(credential, force, how),
    signIn: (input) => signIns.begin(input),
    callback: (url, browserKey) => signIns.callback(url, browserKey),
    paste: (input) => signIns.paste(input),
    async addRefreshToken({ provider, refreshToken, confirmed, proxy }) {
      if (!confirmed) return unconfirmed();
      return await adder.addByToken(provider, refreshToken.trim(), proxy === undefined ? {} : { proxy });
    },
    progress: (state) => signIns.progress(state),
    importFiles: (input) => importAccounts(options, adder, input),
    async signOut(id) {
      const out = await signOut(options, id);
      if (!out.ok) return out;
      const { credential, email, revoked } = out.value;
      await refresher.forget(credential.id);
      await quotas.forget(credential.id);
      return ok({ email, revoked });
    },
    accounts,
    async refreshQuotas(only) {
      const named = (await accounts()).filter(({ id, email }) => [undefined, id, email].includes(only));
      if (only !== undefined && named.length === 0) return fromStore({ kind: "missing" });
      await quotas.poll(ending.signal, only);
      return ok((await accounts()).filter(({ id }) => named.some((one) => one.id === id)));
    },
    sources: () => sourceStates(options),
    pollQuotas: (signal) => quotas.poll(signal),
    quotaView: () => quotas.view(),
    async close() {
      unfollow();
      ending.abort();
      signIns.close();
      await refresher.close();
    },
  };
}

function accountView(
  credential: Credential,
  quota: AccountQuota | undefined,
  setUp: FailedSetUp | undefined,
): AccountView | undefined {
  const standing = accountStanding(credential, setUp);
  if (isOfType(credential, "api_key") || standing === undefined) return undefined;
  const { id, source, tail, label, tier, dead, enabled } = credential;
  const project = isOfType(credential, "service_account") ? credential.project : credential.codeAssistProject;
  return {
    id,
    source,
    email: tail,
    label,
    tier,
    status: dead !== undefined ? "dead" : enabled ? "active" : "disabled",
    ...standing,
    ...(project === undefined ? {} : { project }),
    ...(quota === undefined ? {} : { quota }),
  };
}

/** Removes an account and ends its grant at Google. It is removed even if Google cannot be reached. */
async function signOut(
  options: OAuthOptions,
  idOrEmail: string,
): Promise<
  OAuthOutcome<{ readonly credential: Credential; readonly email: string; readonly revoked: boolean }>
> {
  const { store, settings, ledger } = options;
  const found = (await store.credentials.list()).filter((one) =>
    !isOfType(one, "api_key") && (one.id === idOrEmail || one.tail === idOrEmail)
  );
  const [credential] = found;
  if (credential === undefined || isOfType(credential, "api_key")) return fromStore({ kind: "missing" });
  if (found.length > 1) {
    return refuse(409, "ambiguous", "This name fits accounts of several sources; give the account's id.");
  }
  const removed = await store.credentials.remove(credential.id);
  if (!removed.ok) return fromStore(removed.error);
  const address = serverOf(settings).revocation_endpoint ?? "";
  // A service account has no grant; its key is deleted in Google Cloud.
  const revoked = !isOfType(credential, "service_account") &&
    await revokeGrant(portsFor(options, credential), credential.refreshToken.reveal(), address);
  const told = revoked ? "and its sign-in was revoked" : "but its sign-in could not be revoked at Google";
  ledger.log(
    "info",
    "oauth",
    `The account ${credential.tail} was removed ${isOfType(credential, "service_account") ? "here" : told}`,
  );
  return ok({ credential, email: credential.tail, revoked });
}
