/** A strict stand-in for Google whose answers are scripted per key, operation and model; it shares no code with the product. */

export type Operation = "generate" | "count" | "embed" | "predict" | "resource";

/** One request as it arrived. */
export interface Asked {
  readonly key: string;
  readonly operation: Operation;
  readonly model: string;
  readonly stream: boolean;
}

/** What a faulty key answers. */
export type Scripted =
  | {
    readonly status: number;
    readonly body: string;
    readonly type?: string;
    readonly headers?: Readonly<Record<string, string>>;
  }
  /** The connection closes before the head. */
  | "reset"
  /** Nothing comes until the other side gives up. */
  | "silence";

/** What a pool's keys meet: `fault` answers where it returns something, else the call succeeds. */
export interface Script {
  fault: ((asked: Asked) => Scripted | undefined) | undefined;
  readonly asked: Asked[];
  /** Requests that break Google's rules: always a defect of the product. */
  readonly broken: string[];
  /** Calls by their CALL header that nothing is sent to, until the other side gives up. */
  readonly silent: Set<string>;
}

/** Names one request, so that the other side can tell which of its requests meet silence. */
export const CALL = "x-matrix-call";

export const CHAT_MODEL = "gemini-2.5-flash";
export const OTHER_MODEL = "gemini-2.5-pro";
export const EMBED_MODEL = "gemini-embedding-001";
export const IMAGE_MODEL = "imagen-4.0-generate-001";
export const ANSWER = "Forty-two";

const MODELS: readonly { readonly name: string; readonly supportedGenerationMethods: readonly string[] }[] = [
  ...[CHAT_MODEL, OTHER_MODEL].map((model) => ({
    name: `models/${model}`,
    supportedGenerationMethods: ["generateContent", "countTokens", "createCachedContent"],
  })),
  {
    name: `models/${EMBED_MODEL}`,
    supportedGenerationMethods: ["embedContent", "countTextTokens", "countTokens"],
  },
  { name: `models/${IMAGE_MODEL}`, supportedGenerationMethods: ["predict"] },
];

const OPERATIONS: Readonly<Record<string, Operation>> = {
  generateContent: "generate",
  streamGenerateContent: "generate",
  countTokens: "count",
  embedContent: "embed",
  batchEmbedContents: "embed",
  predict: "predict",
};

/** Marks a reply in whose place the network of the test throws, as the platform's own server cannot drop a connection. */
export const RESET = "x-test-reset";

/** What an account may use, as Code Assist's quota names it. */
export const ACCOUNT_MODELS = [CHAT_MODEL, OTHER_MODEL].map((id) => ({
  id,
  methods: ["generateContent", "countTokens"],
}));

/** The operations of Code Assist, which serves accounts in an envelope of its own. */
const CODE_ASSIST_REGEXP = /^\/v1internal:(generateContent|streamGenerateContent|countTokens)$/;

const PATH_REGEXP = /^\/v1(?:beta)?\/models\/([^:/]+):(\w+)$/;

export interface Upstream {
  readonly script: Script;
  /** Answers one request, whether it came through a socket or not. */
  answer(request: Request): Promise<Response>;
}

/** Google as one pool's keys meet it. */
export function scriptedUpstream(keys: readonly string[]): Upstream {
  const script: Script = { fault: undefined, asked: [], broken: [], silent: new Set() };
  return {
    script,
    async answer(request) {
      const key = request.headers.get("x-goog-api-key") ??
        request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
      if (!keys.includes(key)) {
        return errorReply(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers");
      }
      return await answer(script, key, request);
    },
  };
}

async function answer(script: Script, key: string, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const text = await request.text();
  if (request.method === "GET" && /^\/v1(?:beta)?\/models$/.test(url.pathname)) {
    return listModels(script, key);
  }
  if (url.pathname === "/v1internal:retrieveUserQuota") {
    return Response.json({
      buckets: ACCOUNT_MODELS.map(({ id }) => ({ modelId: id, remainingFraction: 1 })),
    });
  }
  const asked = understood(request, url, key, text, script);
  if (asked === undefined) {
    return errorReply(400, "INVALID_ARGUMENT", "The strict upstream does not know this request");
  }
  script.asked.push(asked);
  const scripted = script.fault?.(asked);
  if (scripted === undefined) {
    return url.pathname.startsWith("/v1internal:") ? await enveloped(good(asked, text)) : good(asked, text);
  }
  if (scripted === "reset") return new Response(null, { headers: { [RESET]: "1" } });
  if (scripted === "silence") return await silence(script, request);
  return new Response(scripted.body, {
    status: scripted.status,
    headers: { "content-type": scripted.type ?? "application/json; charset=UTF-8", ...scripted.headers },
  });
}

/** A key that Google refuses altogether may not list models either; one that is out of something may. */
function listModels(script: Script, key: string): Response {
  const asked: Asked = { key, operation: "resource", model: "*list*", stream: false };
  const scripted = script.fault?.(asked);
  if (scripted === undefined || typeof scripted === "string") return Response.json({ models: MODELS });
  return new Response(scripted.body, {
    status: scripted.status,
    headers: { "content-type": "application/json" },
  });
}

function understood(
  request: Request,
  url: URL,
  key: string,
  text: string,
  script: Script,
): Asked | undefined {
  const fail = (what: string) => {
    script.broken.push(`${request.method} ${url.pathname}: ${what}`);
    return undefined;
  };
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return fail("the body is no JSON");
  }
  if (/^\/v1beta\/cachedContents$/.test(url.pathname)) {
    const model = String(body["model"] ?? "").replace(/^models\//, "");
    return model === "" ? fail("no model") : { key, operation: "resource", model, stream: false };
  }
  const [, accounts] = CODE_ASSIST_REGEXP.exec(url.pathname) ?? [];
  if (accounts !== undefined) return inEnvelope(key, accounts, body) ?? fail("no envelope");
  if (key.startsWith("ya29.")) return fail("an account at the address of keys");
  const [, model, method] = PATH_REGEXP.exec(url.pathname) ?? [];
  const operation = OPERATIONS[method ?? ""];
  if (model === undefined || operation === undefined) return fail("an unknown path");
  const wanted = { generate: "contents", predict: "instances" } as Readonly<Record<string, string>>;
  const field = wanted[operation];
  if (field !== undefined && !Array.isArray(body[field])) return fail(`no ${field}`);
  return { key, operation, model: decodeURIComponent(model), stream: method === "streamGenerateContent" };
}

/** An account's request: the model beside the turn, or inside it for a count. */
function inEnvelope(key: string, method: string, body: Record<string, unknown>): Asked | undefined {
  const request = body["request"] as Record<string, unknown> | undefined;
  const model = String(body["model"] ?? request?.["model"] ?? "").replace(/^models\//, "");
  if (model === "" || !Array.isArray(request?.["contents"])) return undefined;
  return { key, operation: OPERATIONS[method]!, model, stream: method === "streamGenerateContent" };
}

function silence(script: Script, { headers, signal }: Request): Promise<Response> {
  script.silent.add(headers.get(CALL) ?? "");
  return new Promise((resolve) => {
    const end = () => resolve(new Response(null, { status: 499 }));
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

const USAGE = { promptTokenCount: 5, candidatesTokenCount: 3, totalTokenCount: 8 };

function good(asked: Asked, text: string): Response {
  if (asked.operation === "count") return Response.json({ totalTokens: 7 });
  if (asked.operation === "predict") {
    return Response.json({ predictions: [{ bytesBase64Encoded: "aGk=", mimeType: "image/png" }] });
  }
  if (asked.operation === "resource") {
    return Response.json({
      name: `cachedContents/${crypto.randomUUID().replaceAll("-", "")}`,
      model: `models/${asked.model}`,
    });
  }
  if (asked.operation === "embed") {
    const { requests } = JSON.parse(text) as { requests?: readonly unknown[] };
    const one = { values: [0.6, 0.8] };
    return Response.json(
      requests === undefined ? { embedding: one } : { embeddings: requests.map(() => one) },
    );
  }
  const chunk = (words: string, more = {}) => ({
    candidates: [{ content: { role: "model", parts: [{ text: words }] }, index: 0, ...more }],
    usageMetadata: USAGE,
    modelVersion: asked.model,
    responseId: "r1",
  });
  if (!asked.stream) return Response.json(chunk(ANSWER, { finishReason: "STOP" }));
  const half = ANSWER.length >> 1;
  const frames = [chunk(ANSWER.slice(0, half)), chunk(ANSWER.slice(half), { finishReason: "STOP" })];
  return new Response(frames.map((frame) => `data: ${JSON.stringify(frame)}\r\n\r\n`).join(""), {
    headers: { "content-type": "text/event-stream" },
  });
}

/** A turn as Code Assist sends it; a count has no envelope. */
async function enveloped(reply: Response): Promise<Response> {
  if (reply.headers.get("content-type") !== "text/event-stream") return reply;
  const text = await reply.text();
  return new Response(text.replace(/^data: (.*)\r$/gm, 'data: {"response":$1}\r'), {
    headers: reply.headers,
  });
}

function errorReply(code: number, status: string, message: string): Response {
  return Response.json({ error: { code, status, message } }, { status: code });
}
