import { z } from "zod";
import { ok } from "../../core/mod.ts";
import type { OAuthRoom, Provider } from "../../oauth/mod.ts";
import { type Endpoint, endpoint } from "../api/endpoint.ts";
import { browserCookie } from "./browser_cookie.ts";

const provider = z.enum(["antigravity", "gemini_cli", "gemini-cli"])
  .transform((one): Provider => one === "antigravity" ? one : "gemini_cli");
const anySource = z.enum(["antigravity", "gemini_cli", "gemini-cli", "vertex"])
  .transform((one): Provider | "vertex" => one === "gemini-cli" ? "gemini_cli" : one);
const confirmed = z.boolean().default(false).describe("The user has read the warning about these sources");
const pasted = z.string().min(1).max(5_000);
const anything = z.unknown();
const TAG = "Accounts";

const proxy = z.string().max(2_000).describe(
  "The account's own outbound proxy, from its first contact with Google",
)
  .optional();
const beginBody = z.strictObject({ confirmed, returnTo: z.string().max(200).optional(), proxy });
const manualBody = z.strictObject({
  provider,
  text: pasted.describe("The pasted address, its query, or the code").optional(),
  redirect: pasted.describe("The same as text").optional(),
  refreshToken: pasted.optional(),
  email: z.string().max(300).optional(),
  proxy,
  confirmed,
}).refine((body) => [body.text ?? body.redirect, body.refreshToken].some((one) => one !== undefined), {
  message: "give the pasted address or a refresh token",
  path: ["text"],
});
const importBody = z.strictObject({
  provider: anySource.optional(),
  text: z.string().max(1_000_000).optional(),
  files: z.array(z.object({ name: z.string().max(300), text: z.string().max(1_000_000) })).max(200)
    .describe("Several files at once").optional(),
  preview: z.boolean().default(false).describe("Only say what would be taken and what not"),
  proxy,
  location: z.string().min(1).max(60).regex(/^[a-z0-9-]+$/, "give a Google Cloud location").optional(),
  confirmed,
});

/** Sign-in, imports and accounts. */
export function oauthEndpoints(oauth: OAuthRoom): readonly Endpoint[] {
  return [...signInEndpoints(oauth), ...accountEndpoints(oauth)];
}

function signInEndpoints(oauth: OAuthRoom): readonly Endpoint[] {
  return [
    endpoint({
      method: "post",
      path: "/api/keys/oauth/{provider}",
      id: "beginOAuth",
      tag: TAG,
      summary: "Begin a sign-in; open the url in a browser",
      params: z.object({ provider }),
      body: beginBody,
      bodyOptional: true,
      reply: anything,
      errors: [422, 503],
      handle: async ({ request }, { params, body }) => {
        const browser = isBrowser(request);
        const { confirmed } = body;
        const begun = await oauth.signIn({
          provider: params.provider,
          confirmed,
          page: request.url,
          browser,
          ...(body.proxy === undefined ? {} : { proxy: body.proxy }),
        });
        if (!begun.ok) return begun;
        const { browserKey, authUrl, ...rest } = begun.value;
        const reply = Response.json({ url: authUrl, authUrl, ...rest }, {
          headers: { "cache-control": "no-store" },
        });
        if (browserKey !== undefined) reply.headers.append("set-cookie", browserCookie(browserKey));
        return reply;
      },
    }),
    endpoint({
      method: "get",
      path: "/api/keys/oauth-status",
      id: "oauthStatus",
      tag: TAG,
      summary: "How far a sign-in is",
      query: z.object({ state: z.string().min(1).max(200) }),
      reply: anything,
      handle: async (_context, { query }) => ok(await oauth.progress(query.state)),
    }),
    endpoint({
      method: "post",
      path: "/api/keys/oauth-manual",
      id: "manualOAuth",
      tag: TAG,
      summary: "Finish a sign-in with a pasted address, or add an account by its refresh token",
      body: manualBody,
      reply: anything,
      errors: [409, 422, 502, 503],
      handle: async (_context, { body }) => {
        const { provider, refreshToken, confirmed } = body;
        const text = body.text ?? body.redirect;
        return text === undefined
          ? await oauth.addRefreshToken({
            provider,
            refreshToken: refreshToken ?? "",
            confirmed,
            ...(body.proxy === undefined ? {} : { proxy: body.proxy }),
          })
          : await oauth.paste({ provider, text });
      },
    }),
  ];
}

function accountEndpoints(oauth: OAuthRoom): readonly Endpoint[] {
  return [
    ...(["/api/keys/import", "/api/keys/import-antigravity"] as const).map((path) =>
      endpoint({
        method: "post",
        path,
        id: path === "/api/keys/import" ? "importAccounts" : "importAntigravity",
        tag: TAG,
        summary: "Take over accounts of other programs, or a Google Cloud credentials file",
        body: importBody,
        bodyOptional: true,
        reply: anything,
        errors: [404, 422, 503],
        handle: async (_context, { body }) => {
          const { confirmed, provider, text, files, location, preview, proxy } = body;
          return await oauth.importFiles({
            confirmed,
            preview,
            ...(files === undefined ? {} : { files }),
            ...(proxy === undefined ? {} : { proxy }),
            ...(provider === undefined ? {} : { provider }),
            ...(text === undefined ? {} : { text }),
            ...(location === undefined ? {} : { location }),
          });
        },
      })
    ),
    endpoint({
      method: "get",
      path: "/api/accounts",
      id: "accounts",
      tag: TAG,
      summary: "Signed-in accounts, why they do not serve, what quota is left, and whether each source is on",
      reply: anything,
      handle: async () =>
        ok({ warning: oauth.warning, sources: oauth.sources(), accounts: await oauth.accounts() }),
    }),
    endpoint({
      method: "delete",
      path: "/api/accounts/{id}",
      id: "removeAccount",
      tag: TAG,
      summary: "Revoke an account's sign-in at Google and remove it; by id or e-mail",
      params: z.object({ id: z.string().min(1).max(300) }),
      reply: anything,
      errors: [404, 409],
      handle: async (_context, { params }) => await oauth.signOut(params.id),
    }),
  ];
}

/** A program brings its token; a browser brings the dashboard's session. */
function isBrowser({ headers }: Request): boolean {
  return !["authorization", "x-api-key", "x-goog-api-key"].some((name) => headers.has(name));
}
