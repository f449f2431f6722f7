import type { ClientId, CredentialId, Fetch, RequestId } from "../../src/core/mod.ts";
import type { CallRecord } from "../../src/core/mod.ts";
import { createGeminitro, type Geminitro } from "../../src/composition/mod.ts";
import { createApi } from "../../src/management/mod.ts";
import { type Client, createClient } from "../../src/management/client.ts";
import { TimedClock } from "./timed_clock.ts";

export const OWNER_TOKEN = "owner-secret-token-of-the-test";
/** Shaped like a key of Google's, and nobody's. */
export const KEY = "AIzaSyTestOnly-aaaaaaaaaaaaaaaaaaaaaaa1";
export const OTHER_KEY = "AIzaSyTestOnly-bbbbbbbbbbbbbbbbbbbbbbb2";
/** The fake Google refuses this one. */
export const DEAD_KEY = "AIzaSyTestOnly-dead-ccccccccccccccccccc3";

export interface ApiBench {
  readonly proxy: Geminitro;
  readonly client: Client;
  /** One request with the owner's token, or `token`; null for none. */
  ask(method: string, path: string, options?: AskOptions): Promise<Response>;
  /** Requests that reached the fake Google. */
  readonly upstream: string[];
}

export interface AskOptions {
  readonly body?: unknown;
  readonly raw?: BodyInit;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

/** Google's list of models for any key but a dead one. */
function fakeGoogle(upstream: string[]): Fetch {
  return (input, init) => {
    const request = new Request(input, init);
    upstream.push(`${request.method} ${request.url}`);
    const key = request.headers.get("x-goog-api-key") ?? "";
    if (key.includes("dead")) {
      const details = [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }];
      const error = { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT", details };
      return Promise.resolve(Response.json({ error }, { status: 400 }));
    }
    const models = ["gemini-2.5-flash", "gemini-2.5-pro"].map((name) => ({
      name: `models/${name}`,
      displayName: name,
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: ["generateContent", "countTokens"],
    }));
    return Promise.resolve(Response.json({ models }));
  };
}

/** A whole proxy in memory with its management API, Google stood in for. */
export async function withApi(
  run: (bench: ApiBench) => Promise<void>,
  env: Record<string, string> = {},
  print: (line: string) => void = () => {},
): Promise<void> {
  const upstream: string[] = [];
  let ids = 0;
  const clock = new TimedClock();
  const proxy = await createGeminitro({
    env: {
      GEMINITRO_KV: ":memory:",
      GEMINITRO_HOME: "/nonexistent/geminitro",
      PROXY_API_KEY: OWNER_TOKEN,
      LOG_LEVEL: "error",
      ...env,
    },
    print,
    ports: {
      clock,
      random: () => 0.5,
      newId: (prefix) => `${prefix}${String(++ids).padStart(24, "0")}`,
      fetch: fakeGoogle(upstream),
    },
  });
  const { admin, ledger } = proxy.services;
  const app = createApi({
    admin,
    ledger,
    oauth: proxy.services.oauth,
    strict: true,
    auth(request) {
      const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
      const client = admin.authenticate(token);
      if (client !== undefined) return { ok: true, client };
      const failure = {
        class: "invalid_request",
        status: 401,
        message: "Wrong",
        scope: "request",
      } as const;
      return { ok: false, failure };
    },
  });
  const ask: ApiBench["ask"] = async (method, path, { body, raw, headers, token } = {}) => {
    const all = new Headers(headers);
    if (token !== null) all.set("authorization", `Bearer ${token ?? OWNER_TOKEN}`);
    if (body !== undefined && !all.has("content-type")) all.set("content-type", "application/json");
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return await app.request(path, {
      method,
      headers: all,
      ...(content === undefined ? {} : { body: content }),
    });
  };
  const client = createClient({
    base: "http://proxy.test",
    token: OWNER_TOKEN,
    fetch: async (url, init) => await app.request(url, init),
  });
  try {
    await run({ proxy, client, ask, upstream });
  } finally {
    await proxy.close();
    clock.stop();
  }
}

/** A call record with whatever a test cares for. */
export function callRecord(number: number, more: Partial<CallRecord> = {}): CallRecord {
  const at = Date.now() - 1_000;
  return {
    id: `req_${number}` as RequestId,
    at,
    dialect: "openai_chat",
    operation: "generate",
    stream: false,
    modelAsked: "gemini-2.5-flash",
    modelUsed: "gemini-2.5-flash",
    client: "owner" as ClientId,
    agent: "opencode/1.0",
    session: "",
    status: 200,
    outcome: "ok",
    queuedMs: 0,
    firstTokenMs: 100,
    totalMs: 400,
    requestBytes: 10,
    usage: {
      promptTokens: 1_000,
      cachedTokens: 100,
      candidatesTokens: 100,
      thoughtsTokens: 50,
      toolUseTokens: 0,
      totalTokens: 1_150,
    },
    warnings: [],
    attempts: [{
      credential: "cred_x" as CredentialId,
      source: "api_key",
      name: "...xxxx",
      model: "gemini-2.5-flash",
      bucket: "b",
      startedAt: at,
      queuedMs: 0,
      totalMs: 400,
      status: 200,
    }],
    ...more,
  };
}
