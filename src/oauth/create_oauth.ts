import { accountStanding, type Credential, type FailedSetUp, ok } from "../core/mod.ts";
import { createClientVersion, upstreamsOf } from "../upstreams/mod.ts";
import { AccountAdder } from "./account_adder.ts";
import type { AccountQuota, AccountView, OAuthService } from "./contract.ts";
import { followExhaustion } from "./exhausted_groups.ts";
import { importAccounts } from "./import_accounts.ts";
import { sourceStates } from "./oauth_client.ts";
import type { OAuthOptions, OpenOAuthOptions } from "./oauth_options.ts";
import { fromStore, unconfirmed } from "./problem.ts";
import { QuotaPoller } from "./quota_poller.ts";
import { Refresher } from "./refresher.ts";
import { SignIns } from "./sign_in.ts";
import { signOut } from "./sign_out.ts";
import { OAUTH_WARNING } from "./warning.ts";

/** Opens the room. Nothing is asked of Google before the first call. */
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
  if (credential.source === "api_key" || standing === undefined) return undefined;
  const { id, source, tail, label, tier, dead, enabled } = credential;
  const project = credential.source === "vertex" ? credential.project : credential.codeAssistProject;
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
