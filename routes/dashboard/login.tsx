import { page, type RouteConfig } from "fresh";
import { Head } from "fresh/runtime";
import type { DashboardState } from "../_define.ts";
import { text } from "../../components/shared/words.ts";
import { Problem } from "../../components/shared/ui/card.tsx";
import type { Login } from "../../src/http/dashboard_session.ts";
import { readForm } from "../../src/http/read_body.ts";
import { define } from "../_define.ts";
import { plural } from "../../components/shared/format.ts";

export const config: RouteConfig = { skipInheritedLayouts: true };

const words = {
  title: "Sign in",
  lead: "With the owner's token: PROXY_API_KEY in the settings file.",
  token: "Owner's token",
  submit: "Sign in",
  wrong: "That is not the owner's token.",
  slow: (seconds: number) => `Too many wrong tokens. Try again in ${plural(seconds, "second", "seconds")}.`,
  unread: "This sign-in is not one that this page sends. Load it again and try again.",
  foreign: "This sign-in did not come from this page. Open the dashboard by its own address.",
  hint: "Not changed yet? The token is “geminitro”.",
} as const;

function problemOf(login: Exclude<Login, { ok: true }>): string {
  if (login.reason === "foreign") return words.foreign;
  return login.reason === "slow_down" ? words.slow(Math.ceil(login.retryAfterMs / 1000)) : words.wrong;
}

/** Whether the owner's token is still the one that everybody knows; a server that cannot tell gives no hint. */
async function isDefaultToken(client: DashboardState["client"]): Promise<boolean> {
  const settings = await client.settings().catch(() => undefined);
  return settings?.running["proxyApiKeyIsDefault"] === true;
}

/** Only pages of the dashboard itself are places to go on to. */
function nextPage(url: URL): string {
  const next = url.searchParams.get("next") ?? "";
  return /^\/dashboard(?:[/?]|$)/.test(next) ? next : "/dashboard";
}

/** Without a key there is nothing to see yet: the first sign-in leads to the wizard. */
async function firstPage(client: DashboardState["client"], url: URL): Promise<string> {
  const next = nextPage(url);
  if (next !== "/dashboard") return next;
  const overview = await client.overview().catch(() => undefined);
  return overview?.verdict.status === "empty" ? "/dashboard/setup" : next;
}

export const handler = define.handlers({
  GET: async ({ req, state, url, redirect }) =>
    await state.sessions.verify(req)
      ? redirect(nextPage(url))
      : page({ problem: "", hint: await isDefaultToken(state.client) }),
  async POST({ req, state, url }) {
    const refused = state.sessions.refusal(req, state.remote);
    const form = refused ?? await readForm(req);
    if (!form.ok && "error" in form) {
      return page({ problem: words.unread, hint: false }, { status: form.error.status });
    }
    const login = form.ok
      ? await state.sessions.login(req, form.value.get("token") ?? "", state.remote)
      : form;
    if (login.ok) {
      return new Response(null, {
        status: 303,
        headers: { location: await firstPage(state.client, url), "set-cookie": login.cookie },
      });
    }
    const status = login.reason === "slow_down" ? 429 : login.reason === "foreign" ? 403 : 401;
    const headers = { "retry-after": String(Math.ceil(login.retryAfterMs / 1000)) };
    const problem = login.reason === "foreign" ? state.sessions.whyForeign(req) : problemOf(login);
    const hint = await isDefaultToken(state.client);
    return page({ problem, hint }, status === 429 ? { status, headers } : { status });
  },
});

export default define.page<typeof handler>(({ data, url }) => (
  <main class="grid min-h-dvh place-items-center px-4 py-10">
    <Head>
      <title>{`${words.title} · ${text.product}`}</title>
    </Head>
    <div class="w-full max-w-sm">
      <div class="mb-6 flex items-center gap-3">
        <img src="/favicon.svg" alt="" class="size-9" />
        <span class="text-lg font-semibold tracking-tight">{text.product}</span>
      </div>
      <form method="post" action={url.pathname + url.search} class="card grid gap-4 p-6">
        <div>
          <h1 class="text-lg font-semibold tracking-tight">{words.title}</h1>
          <p class="mt-1 text-mute">{words.lead}</p>
        </div>
        {data.problem && <Problem>{data.problem}</Problem>}
        <label>
          <span class="label">{words.token}</span>
          <input
            class="field"
            type="password"
            name="token"
            autocomplete="current-password"
            required
            autofocus
          />
        </label>
        <button type="submit" class="btn btn-primary">{words.submit}</button>
      </form>
      {data.hint && <p class="mt-4 text-center text-xs text-mute">{words.hint}</p>}
    </div>
  </main>
));
