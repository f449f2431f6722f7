import assert from "node:assert/strict";
import { createGeminitro, type Geminitro, serve } from "../../src/composition/mod.ts";
import {
  type ServedOAuthSimulator,
  type ServedSimulator,
  serveOAuthSimulator,
  serveSimulator,
} from "../../src/sim/mod.ts";
import { systemClock } from "../../src/system/mod.ts";
import { consent, settingsFor } from "./oauth_fixture.ts";

export const TOKEN = "an-owner-token-of-tests";
export const API_KEY = "AIzaSyTestKeyNumberOne0000000000000001";
export const MODEL = "gemini-2.5-pro";

/** A whole proxy on a port, with fakes of every source behind it. */
export interface OAuthProxy extends AsyncDisposable {
  readonly url: string;
  readonly proxy: Geminitro;
  readonly google: ServedOAuthSimulator;
  readonly gemini: ServedSimulator;
  readonly log: readonly string[];
  /** Calls the management API as the owner's program. */
  api(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Signs in as the command line does: begins with the token, and a browser follows. */
  signIn(email: string, provider?: string): Promise<Record<string, unknown>>;
  chat(model?: string): Promise<Response>;
  /** Stops the proxy and starts it again, on the same database when GEMINITRO_KV names a file; the fakes go on. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
}

export async function oauthProxy(env: Readonly<Record<string, string>> = {}): Promise<OAuthProxy> {
  const google = serveOAuthSimulator({ clock: systemClock });
  const gemini = serveSimulator({
    clock: systemClock,
    projects: [{ id: "project-1", keys: [API_KEY] }],
    tearable: false,
  });
  const log: string[] = [];
  const open = async (more: Readonly<Record<string, string>> = {}) => {
    const proxy = await createGeminitro({
      env: {
        ...settingsFor(google),
        GEMINI_API_URL: gemini.url,
        PROXY_API_KEY: TOKEN,
        LOG_LEVEL: "debug",
        ...env,
        ...more,
      },
      print: (line) => void log.push(line),
    });
    return { proxy, serving: await serve(proxy, { host: "127.0.0.1", port: 0 }) };
  };
  let current = await open();

  async function api(method: string, path: string, body?: unknown) {
    const response = await fetch(current.serving.url + path, {
      method,
      headers: { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  return {
    get url() {
      return current.serving.url;
    },
    get proxy() {
      return current.proxy;
    },
    google,
    gemini,
    log,
    api,
    async signIn(email, provider = "antigravity") {
      google.control.signInAs(email);
      const begun = await api("POST", `/api/keys/oauth/${provider}`, { confirmed: true });
      assert.equal(begun.status, 200, JSON.stringify(begun.body));
      const page = await fetch(await consent(String(begun.body["url"])));
      assert.equal(page.status, 200, await page.text());
      const status = await api("GET", `/api/keys/oauth-status?state=${begun.body["state"]}`);
      assert.equal(status.body["status"], "done", JSON.stringify(status.body));
      const account = status.body["account"] as Record<string, unknown>;
      const inPool = () =>
        current.proxy.services.pool.view().credentials.some(({ id }) => id === account["id"]);
      while (!inPool()) await new Promise((resolve) => setTimeout(resolve, 5));
      return account;
    },
    chat: (model = MODEL) =>
      fetch(`${current.serving.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
      }),
    async restart(more) {
      await current.serving.stop(500);
      current = await open(more);
    },
    async [Symbol.asyncDispose]() {
      await current.serving.stop(500);
      await google.close();
      await gemini.close();
    },
  };
}

/** The text of a chat reply, and which source gave it. */
export async function answerOf(response: Response): Promise<readonly [source: string, text: string]> {
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return [response.headers.get("x-geminitro-source") ?? "", body.choices[0].message.content];
}
