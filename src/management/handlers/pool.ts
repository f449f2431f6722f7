import type { AddedKey, Outcome } from "../../admin/mod.ts";
import { type CredentialId, err, ok, redact } from "../../core/mod.ts";
import { definedOnly, type Handler, type Handlers, unavailable } from "./handler.ts";
import { browserCookie } from "../../http/oauth/browser_cookie.ts";
import { pooledQuota } from "../../oauth/mod.ts";
import type { Routes } from "../routes.ts";

export const keyHandlers: Handlers<
  | "keys"
  | "keyPage"
  | "keyActivity"
  | "key"
  | "replaceKey"
  | "addKeys"
  | "restoreKey"
  | "checkAllKeys"
  | "editKey"
  | "removeKey"
  | "checkKey"
  | "liftCooldown"
  | "confirmProject"
> = {
  keys: async ({ admin }) => ok(await admin.keys()),
  keyPage: ({ admin }, { query }) => admin.keyPage(definedOnly(query)),
  keyActivity: async ({ admin }, { query }) => ok(await admin.keyActivity(query.ids)),
  key: ({ admin }, { params }) => admin.key(params.id),
  replaceKey: ({ admin, expected }, { params, body }) => admin.replaceKey(params.id, body, expected),
  async addKeys({ admin, request }, { body }) {
    const input = definedOnly(body);
    if (wantsProgress(request)) {
      return progressReply(async (send) => {
        const added = await admin.addKeys(
          input,
          (progress, last) => send("progress", { ...progress, last: plain(last) }),
        );
        return added.ok ? ok(summary(added.value)) : added;
      });
    }
    const added = await admin.addKeys(input);
    if (!added.ok) return added;
    const [only] = added.value;
    if (body.key !== undefined && only?.ok === false) return err(only.problem);
    return ok(summary(added.value));
  },
  restoreKey: ({ admin }, { body }) => admin.restoreKey(body.undo),
  async checkAllKeys({ admin, request }) {
    if (wantsProgress(request)) {
      return progressReply(async (send) =>
        ok({
          results: await admin.checkAllKeys((progress, last) => send("progress", { ...progress, last })),
        })
      );
    }
    return ok({ results: await admin.checkAllKeys() });
  },
  editKey({ admin, expected }, { params, body }) {
    const { updatedAt, ...edit } = body;
    return admin.editKey(params.id, definedOnly(edit), expected ?? updatedAt);
  },
  async removeKey({ admin }, { params }) {
    const removed = await admin.removeKey(params.id);
    return removed.ok ? ok({ success: true, ...removed.value }) : removed;
  },
  checkKey: ({ admin }, { params }) => admin.checkKey(params.id),
  liftCooldown: ({ admin }, { params, body }) => admin.liftCooldown(params.id, body.scope),
  confirmProject: ({ admin }, { body }) =>
    admin.confirmProject(body.credentials as CredentialId[], body.project),
};

function plain(added: AddedKey) {
  if (added.ok) return added;
  const { ok, tail, reason, problem } = added;
  return { ok, tail, reason, code: problem.code };
}

/** The original program's `success` and `models`, kept for a single key. */
function summary(results: readonly AddedKey[]) {
  const added = results.filter((one) => one.ok);
  const [only] = added;
  return {
    success: added.length > 0,
    ok: added.length === results.length,
    ...(results.length === 1 && only?.ok === true ? { id: only.id, models: only.models } : {}),
    added: added.length,
    failed: results.length - added.length,
    results: results.map(plain),
  };
}

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

/** The user's own limits, and what is known of Google's. */
export const capHandlers: Handlers<
  | "caps"
  | "putCap"
  | "capProgress"
  | "capCheck"
  | "setCapSchedule"
  | "removeCap"
  | "buckets"
  | "board"
  | "limits"
  | "putLimit"
  | "removeLimit"
  | "pool"
> = {
  caps: async ({ admin }) => ok(await admin.caps()),
  async putCap({ admin, expected }, { body }) {
    const { updatedAt, lastReset: _lastReset, ...input } = body;
    const put = await admin.putCap(definedOnly(input), expected ?? updatedAt);
    return put.ok ? ok({ success: true, cap: put.value }) : put;
  },
  capProgress: async ({ admin }) => ok(await admin.capProgress()),
  capCheck: async ({ admin }, { params }) => ok(await admin.capCheck(params.model) ?? null),
  async setCapSchedule({ admin }, { body }) {
    const set = await admin.setCapSchedule(definedOnly(body));
    return set.ok ? ok({ success: true, ...set.value }) : set;
  },
  async removeCap({ admin }, { params }) {
    const removed = await admin.removeCap(params.model);
    return removed.ok ? ok({ success: true, ...removed.value }) : removed;
  },
  buckets: ({ admin }, { query }) => admin.buckets(definedOnly(query)),
  board: async ({ admin }, { query }) => ok(await admin.board(query.q ?? "")),
  limits: async ({ admin }) => ok(await admin.limits()),
  putLimit: ({ admin }, { params, body }) => admin.putLimit(params.name, body),
  removeLimit: ({ admin }, { params }) => admin.removeLimit(params.name),
  pool({ admin }) {
    const { queue, credentials, suggestions } = admin.pool();
    return ok({ queue, credentials, suggestions });
  },
};

const refreshModels: Handler<Routes["refreshModels"]> = async ({ admin, request }, { body }) => {
  const only = body.keys as readonly CredentialId[] | undefined;
  const results = await admin.refreshModels(request.signal, only);
  return ok({ success: true, models: admin.models().models, results });
};

export const modelHandlers: Handlers<
  | "models"
  | "refreshModels"
  | "refreshModelsToo"
  | "configTemplate"
  | "aliases"
  | "putAlias"
  | "removeAlias"
  | "quotaGroups"
  | "putQuotaGroup"
  | "removeQuotaGroup"
  | "fallbacks"
  | "putFallback"
  | "removeFallback"
> = {
  models: ({ admin }, { query }) => ok(admin.models(query.keys)),
  refreshModels,
  refreshModelsToo: refreshModels,
  configTemplate: ({ admin }) => ok(admin.models().entries.map((entry) => entry.id)),
  aliases: async ({ admin }) => ok(await admin.aliases()),
  putAlias: ({ admin, expected }, { params, body }) =>
    admin.putAlias(params.name, body.target, expected ?? body.updatedAt),
  removeAlias: ({ admin }, { params }) => admin.removeAlias(params.name),
  quotaGroups: async ({ admin }) => ok(await admin.quotaGroups()),
  putQuotaGroup: ({ admin, expected }, { params, body }) =>
    admin.putQuotaGroup(params.name, body.models, expected ?? body.updatedAt),
  removeQuotaGroup: ({ admin }, { params }) => admin.removeQuotaGroup(params.name),
  fallbacks: async ({ admin }) => ok(await admin.fallbacks()),
  putFallback: ({ admin, expected }, { params, body }) =>
    admin.putFallback(params.name, body.to, expected ?? body.updatedAt),
  removeFallback: ({ admin }, { params }) => admin.removeFallback(params.name),
};

function wantsProgress(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/event-stream") ?? false;
}

/** An event stream of `progress` events and, at the end, one `done` or one `error`. The work continues when the reader leaves. */
function progressReply(
  work: (send: (name: string, data: unknown) => void) => Promise<Outcome<unknown>>,
): Response {
  const encoder = new TextEncoder();
  let open = true;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (name: string, data: unknown) => {
        if (open) {
          controller.enqueue(encoder.encode(`event: ${name}\ndata: ${redact(JSON.stringify(data))}\n\n`));
        }
      };
      try {
        const outcome = await work(send);
        send(outcome.ok ? "done" : "error", outcome.ok ? outcome.value : { error: outcome.error });
      } catch {
        send("error", { error: { message: "The server failed: see its log", code: "internal" } });
      }
      if (open) controller.close();
    },
    cancel() {
      open = false;
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}
