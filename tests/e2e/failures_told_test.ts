import assert from "node:assert/strict";
import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import type { Ports, SourceName } from "../../src/core/mod.ts";
import type { CredentialDraft } from "../../src/store/mod.ts";
import { systemPorts } from "../../src/system/mod.ts";
import { MODEL, TOKEN } from "./calls.ts";

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? "../shared";
const ERRORS = `${SHARED}/errors/real_errors.json`;
const CLIENT = "100200300400-client.apps.googleusercontent.com";

/** What Google says to every call of a source, or to the refresh of its token. */
interface Saying {
  readonly name: string;
  readonly source: SourceName;
  readonly call?: readonly [status: number, body: unknown];
  readonly token?: readonly [status: number, body: unknown];
  readonly env?: Readonly<Record<string, string>>;
}

function googleError(code: number, status: string, message: string, info: Record<string, unknown> = {}) {
  const details = [{
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    domain: "googleapis.com",
    ...info,
  }];
  const reason = Object.keys(info).length === 0 ? {} : { details };
  return [code, { error: { code, status, message, ...reason } }] as const;
}

function serviceOff(service: string, project: string) {
  return googleError(403, "PERMISSION_DENIED", `${service} has not been used in project ${project}`, {
    reason: "SERVICE_DISABLED",
    metadata: { service, consumer: `projects/${project}` },
  });
}

const ENV = {
  GEMINITRO_KV: ":memory:",
  GEMINITRO_HOME: "/nonexistent/geminitro-test",
  PROXY_API_KEY: TOKEN,
  QUEUE_MAX_WAIT: "0",
};
const OAUTH = { OAUTH_CLIENT_ID: CLIENT, OAUTH_CLIENT_SECRET: "secret-of-tests" };

const draftOf = ({ source, token, env }: Saying): CredentialDraft =>
  source === "api_key" ? { source, key: "AIzaSyTestKeyNumberOne0000000000000001" } : {
    source: source === "gemini_cli" ? source : "antigravity",
    email: "ada@example.com",
    refreshToken: "1//refresh-token-of-tests",
    codeAssistProject: "project-of-ada",
    ...(token === undefined && env === undefined
      ? { accessToken: "ya29.token-of-tests", accessExpiresAt: Date.now() + 3_600_000 }
      : {}),
  };

function answer(saying: Saying, url: string): Response {
  const replied = ([status, body]: readonly [number, unknown]) => Response.json(body, { status });
  if (url.includes("/token")) {
    const fresh = { access_token: "ya29.new-token-of-tests", expires_in: 3_600, token_type: "Bearer" };
    return replied(saying.token ?? [200, fresh]);
  }
  if (url.includes("loadCodeAssist")) {
    return Response.json({ currentTier: { id: "standard-tier" }, cloudaicompanionProject: "project-of-ada" });
  }
  return replied(saying.call ?? [200, {}]);
}

/** A proxy with one credential whose source says the same to everything. Its own pauses between tries are shortened. */
async function proxyWith(saying: Saying): Promise<Geminitro> {
  const ports = systemPorts();
  const quick: Ports = {
    ...ports,
    clock: {
      now: () => ports.clock.now(),
      after: (ms, task) => ports.clock.after(ms < 10_000 ? 0 : ms, task),
    },
    fetch: (input) => Promise.resolve(answer(saying, input instanceof Request ? input.url : String(input))),
  };
  const proxy = await createGeminitro({
    env: { ...ENV, ...OAUTH, ...saying.env },
    ports: quick,
    print: () => {},
  });
  const added = await proxy.services.store.credentials.add(draftOf(saying));
  assert.ok(added.ok);
  proxy.services.pool.replaceCredentials(await proxy.services.store.credentials.list());
  return proxy;
}

const DIALECTS: Readonly<Record<string, (model: string) => readonly [path: string, body: unknown]>> = {
  chat: (model) => ["/v1/chat/completions", { model, messages: [{ role: "user", content: "Hi" }] }],
  responses: (model) => ["/v1/responses", { model, input: "Hi" }],
  messages: (model) => [
    "/v1/messages",
    { model, max_tokens: 100, messages: [{ role: "user", content: "Hi" }] },
  ],
  native: (model) => [`/v1beta/models/${model}:generateContent`, {
    contents: [{ role: "user", parts: [{ text: "Hi" }] }],
  }],
};

/** The messages that the first two calls get. */
async function toldTwice(saying: Saying, dialect: string): Promise<readonly string[]> {
  const proxy = await proxyWith(saying);
  const [path, body] = DIALECTS[dialect]!(MODEL);
  const messages: string[] = [];
  for (let call = 0; call < 2; call++) {
    const response = await proxy.fetch(
      new Request(`http://127.0.0.1:7536${path}`, {
        method: "POST",
        headers: { "authorization": `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
      { peer: "" },
    );
    const { error } = await response.json();
    assert.ok(response.status >= 400 && typeof error.message === "string", `${saying.name} ${dialect}`);
    messages.push(error.message);
  }
  await proxy.close();
  return messages;
}

const FAULTS: readonly (readonly [Saying, RegExp])[] = [
  [
    {
      name: "no key arrives",
      source: "api_key",
      call: googleError(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers"),
    },
    /check GEMINI_API_URL and any outbound proxy/,
  ],
  [
    {
      name: "API off in the key's project",
      source: "api_key",
      call: serviceOff("generativelanguage.googleapis.com", "42"),
    },
    /switch it on in the Google Cloud console, under APIs & Services/,
  ],
  [
    {
      name: "API closed to the client",
      source: "antigravity",
      call: serviceOff("cloudcode-pa.googleapis.com", "100200300400"),
    },
    /set OAUTH_CLIENT_ID to one that is allowed/,
  ],
  [
    {
      name: "API off in the account's project",
      source: "gemini_cli",
      call: serviceOff("cloudaicompanion.googleapis.com", "p-1"),
    },
    /switch on "Gemini for Google Cloud" for it in the Google Cloud console/,
  ],
  [
    {
      name: "API closed to the account's old project",
      source: "antigravity",
      call: serviceOff("cloudcode-pa.googleapis.com", "p-1"),
    },
    /sign in once to Google's own program/,
  ],
  [
    {
      name: "client too old",
      source: "antigravity",
      call: googleError(503, "UNAVAILABLE", "This version of Antigravity is no longer supported."),
    },
    /update GemiNitro or set/,
  ],
  [
    { name: "unknown client", source: "antigravity", token: [401, { error: "invalid_client" }] },
    /check OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET/,
  ],
  [
    {
      name: "no secret",
      source: "gemini_cli",
      token: [400, { error: "invalid_request", error_description: "client_secret is missing." }],
    },
    /set OAUTH_CLIENT_SECRET/,
  ],
  [
    { name: "no client", source: "gemini_cli", env: { OAUTH_CLIENT_ID: "", OAUTH_CLIENT_SECRET: "" } },
    /set OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET/,
  ],
  [
    {
      name: "may not call, no reason",
      source: "antigravity",
      call: googleError(403, "PERMISSION_DENIED", "The caller does not have permission"),
    },
    /may not make this call/,
  ],
  [
    { name: "sign-in ended", source: "antigravity", token: [400, { error: "invalid_grant" }] },
    /sign in again/,
  ],
];

for (const dialect of Object.keys(DIALECTS)) {
  Deno.test(`what is wrong with the set-up and what to do about it is said to the first call and the next: ${dialect}`, async () => {
    for (const [saying, wanted] of FAULTS) {
      const told = await toldTwice(saying, dialect);
      // A native client is given Google's own words where it said some for this call alone.
      const ours = dialect === "native" && saying.call !== undefined ? told.slice(1) : told;
      for (const message of ours) assert.match(message, wanted, `${saying.name}: ${message}`);
    }
  });
}

/** Each refusal ends in something to do, or in the time when nothing need be done. */
const HELPS =
  /[;,:.] (replace|renew|use|check|change|set|enable|switch|sign|add|wait|try|update|choose|shorten|pay|send|see|ask|give|it rests)\b|try again|Google refused the request: /i;

async function recorded(): Promise<readonly Saying[]> {
  const text = await Deno.readTextFile(ERRORS).catch(() => undefined);
  if (text === undefined) return [];
  const rows = JSON.parse(text) as { api: string; category: string; http_status: number; body: unknown }[];
  const sources: Readonly<Record<string, SourceName>> = {
    "antigravity": "antigravity",
    "gemini-cli": "gemini_cli",
  };
  return rows.map(({ api, category, http_status: status, body }) => ({
    name: category,
    source: sources[api] ?? "api_key",
    call: [status, body],
  }));
}

const rows = await recorded();
if (rows.length === 0) console.log(`skipped: no recorded errors at ${ERRORS}; set GEMINITRO_SHARED`);

for (const dialect of Object.keys(DIALECTS)) {
  Deno.test({
    name: `every recorded refusal of Google tells the client what helps: ${dialect}`,
    ignore: rows.length === 0,
    fn: async () => {
      for (const saying of rows) {
        const told = await toldTwice(saying, dialect);
        const ours = dialect === "native" ? told.slice(1).filter((one) => one.startsWith("No key")) : told;
        for (const message of ours) {
          assert.match(message, HELPS, `${saying.name}: ${message}`);
          assert.doesNotMatch(
            message,
            /see the log|every key (has failed this call|is cooling down)\. Try/,
            saying.name,
          );
        }
      }
    },
  });
}
