import { ok } from "../../core/mod.ts";
import { browserCookie } from "../../http/oauth/browser_cookie.ts";
import { pooledQuota } from "../../oauth/mod.ts";
import { definedOnly, type Handler, type Handlers, unavailable } from "./handler.ts";

const NO_ACCOUNTS = unavailable("Sign-ins are not available in this program");

const importAccounts: Handler<import("../routes.ts").Routes["importAccounts"]> = ({ oauth }, { body }) =>
  oauth?.importFiles(definedOnly(body)) ?? NO_ACCOUNTS;

/** Sign-in, imports and accounts. */
export const accountHandlers: Handlers<
  | "beginSignIn"
  | "signInProgress"
  | "finishSignIn"
  | "importAccounts"
  | "importAntigravity"
  | "accounts"
  | "refreshQuotas"
  | "removeAccount"
> = {
  async beginSignIn({ oauth, request }, { params, body }) {
    if (oauth === undefined) return NO_ACCOUNTS;
    const begun = await oauth.signIn({
      provider: params.provider,
      confirmed: body.confirmed,
      page: request.url,
      browser: isBrowser(request),
      headless: body.headless,
      ...proxyOf(body),
    });
    if (!begun.ok) return begun;
    const { browserKey, authUrl, ...rest } = begun.value;
    const reply = Response.json({ url: authUrl, authUrl, ...rest }, {
      headers: { "cache-control": "no-store" },
    });
    if (browserKey !== undefined) reply.headers.append("set-cookie", browserCookie(browserKey));
    return reply;
  },
  async signInProgress({ oauth }, { query }) {
    return oauth === undefined ? NO_ACCOUNTS : ok(await oauth.progress(query.state));
  },
  finishSignIn({ oauth }, { body }) {
    if (oauth === undefined) return NO_ACCOUNTS;
    const { provider, refreshToken, confirmed } = body;
    const text = body.text ?? body.redirect;
    return text === undefined
      ? oauth.addRefreshToken({ provider, refreshToken: refreshToken ?? "", confirmed, ...proxyOf(body) })
      : oauth.paste({ provider, text });
  },
  importAccounts,
  importAntigravity: importAccounts,
  async accounts({ oauth }) {
    if (oauth === undefined) return NO_ACCOUNTS;
    const accounts = await oauth.accounts();
    return ok({ warning: oauth.warning, sources: oauth.sources(), accounts, pooled: pooledQuota(accounts) });
  },
  refreshQuotas: ({ oauth }, { body }) => oauth?.refreshQuotas(body.account) ?? NO_ACCOUNTS,
  removeAccount: ({ oauth }, { params }) => oauth?.signOut(params.id) ?? NO_ACCOUNTS,
};

function proxyOf({ proxy }: { readonly proxy?: string | undefined }): { readonly proxy?: string } {
  return proxy === undefined ? {} : { proxy };
}

/** A program brings its token; a browser brings the dashboard's session. */
function isBrowser({ headers }: Request): boolean {
  return !["authorization", "x-api-key", "x-goog-api-key"].some((name) => headers.has(name));
}
