/** What Google may answer, and what that may and may not do: written from Google's bodies, not from the product's tables. */
import type { Asked, Operation, Scripted } from "./upstream.ts";

/**
 * What is concerned: the request alone; this machine's network; the key; the key's project; the project's quota for the
 * model and operation; what this key may do with the model; or nothing that lasts.
 */
export type Concern = "request" | "egress" | "credential" | "project" | "quota" | "access" | "transient";

export interface Fault {
  readonly name: string;
  readonly concern: Concern;
  readonly reply: (asked: Asked, facts: { readonly project: string; readonly now: number }) => Scripted;
  /** What a client is told when no key is left. */
  readonly status: readonly number[];
  readonly words: RegExp;
  /** Milliseconds until Google's stated end; absent where none is stated. */
  readonly statedMs?: number | "midnight";
  /** Operations that can meet it; default: all. */
  readonly on?: readonly Operation[];
  /** Only whole replies, or only streamed ones. */
  readonly streamed?: boolean;
}

const GOOGLE = "type.googleapis.com/google.rpc.";

function error(code: number, status: string, message: string, details?: readonly unknown[]): Scripted {
  const body = { error: { code, message, status, ...(details === undefined ? {} : { details }) } };
  return { status: code, body: JSON.stringify(body) };
}

function info(reason: string, metadata: Readonly<Record<string, string>> = {}) {
  return {
    "@type": `${GOOGLE}ErrorInfo`,
    reason,
    domain: "googleapis.com",
    metadata: { service: "generativelanguage.googleapis.com", ...metadata },
  };
}

function violation(quotaId: string, metric: string, model: string, value?: string) {
  return {
    quotaMetric: `generativelanguage.googleapis.com/${metric}`,
    quotaId,
    quotaDimensions: { location: "global", model },
    ...(value === undefined ? {} : { quotaValue: value }),
  };
}

function quota(violations: readonly unknown[], retry?: string): Scripted {
  const wait = retry === undefined ? "" : `\nPlease retry in ${retry}.`;
  return error(
    429,
    "RESOURCE_EXHAUSTED",
    `You exceeded your current quota, please check your plan and billing details.${wait}`,
    [
      { "@type": `${GOOGLE}QuotaFailure`, violations },
      ...(retry === undefined ? [] : [{ "@type": `${GOOGLE}RetryInfo`, retryDelay: retry }]),
    ],
  );
}

const METRICS: Readonly<Record<Operation, string>> = {
  generate: "generate_content_free_tier_requests",
  count: "count_tokens_requests",
  embed: "embed_content_free_tier_requests",
  predict: "predict_requests",
  resource: "file_storage_bytes",
};
const IDS: Readonly<Record<Operation, string>> = {
  generate: "GenerateRequests",
  count: "CountTokensRequests",
  embed: "EmbedContentRequests",
  predict: "PredictRequests",
  resource: "FileStorageBytes",
};

const perMinute = (retry?: string): Fault["reply"] => ({ operation, model }) =>
  quota(
    [violation(`${IDS[operation]}PerMinutePerProjectPerModel-FreeTier`, METRICS[operation], model, "10")],
    retry,
  );

const perDay: Fault["reply"] = ({ operation, model }) =>
  quota(
    [violation(`${IDS[operation]}PerDayPerProjectPerModel-FreeTier`, METRICS[operation], model, "20")],
    "36s",
  );

const HTML = "<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>";
const LIMITED = /quota|limit|RPM|minute|busy|cooling/i;
const TROUBLE =
  /overload|internal|unavailable|reach|demand|empty|garbled|fail|answer|cut|unreadable|time limit|deadline/i;

function dead(
  name: string,
  code: number,
  message: string,
  details?: readonly unknown[],
  words = /key|credential/i,
): Fault {
  const status = code === 403 ? "PERMISSION_DENIED" : "INVALID_ARGUMENT";
  return {
    name,
    concern: "credential",
    reply: () => error(code, status, message, details),
    status: [401, 403],
    words,
  };
}

function transient(name: string, reply: Fault["reply"], more: Partial<Fault> = {}): Fault {
  return { name, concern: "transient", reply, status: [500, 502, 503, 504, 529], words: TROUBLE, ...more };
}

const okay = (body: string, type = "application/json"): Scripted => ({ status: 200, body, type });

export const FAULTS: readonly Fault[] = [
  dead(
    "key invalid",
    400,
    "API key not valid. Please pass a valid API key.",
    [info("API_KEY_INVALID")],
    /not valid|invalid|does not know/i,
  ),
  dead(
    "key expired",
    400,
    "API key expired. Please renew the API key.",
    [info("API_KEY_INVALID")],
    /expired/i,
  ),
  dead(
    "key not found",
    400,
    "API Key not found. Please pass a valid API key.",
    [info("API_KEY_INVALID")],
    /key/i,
  ),
  dead(
    "key leaked",
    403,
    "Your API key was reported as leaked. Please use another API key.",
    undefined,
    /leaked/i,
  ),
  dead("key blocked for the service", 403, "Requests to this API are blocked.", [
    info("API_KEY_SERVICE_BLOCKED"),
  ], /block|restrict/i),
  {
    name: "project suspended",
    concern: "project",
    reply: (_asked, { project }) =>
      error(403, "PERMISSION_DENIED", "Permission denied: Consumer 'api_key:REDACTED' has been suspended.", [
        info("CONSUMER_SUSPENDED", { consumer: `projects/${project}` }),
      ]),
    status: [401, 403],
    words: /suspended/i,
  },
  {
    name: "API off in the project",
    concern: "project",
    reply: (_asked, { project }) =>
      error(
        403,
        "PERMISSION_DENIED",
        "Generative Language API has not been used in project 1 before or it is disabled.",
        [
          info("SERVICE_DISABLED", { consumer: `projects/${project}` }),
        ],
      ),
    status: [401, 403, 503],
    words: /disabled|enable|not been used|switched off/i,
  },
  {
    name: "billing off",
    concern: "project",
    reply: (_asked, { project }) =>
      error(403, "PERMISSION_DENIED", "This API method requires billing to be enabled.", [
        info("BILLING_DISABLED", { consumer: `projects/${project}` }),
      ]),
    status: [401, 402, 403],
    words: /billing/i,
  },
  {
    name: "spending cap",
    concern: "project",
    reply: () =>
      error(
        429,
        "RESOURCE_EXHAUSTED",
        "Your project has exceeded its monthly spending cap. Please go to AI Studio to manage your project spend cap.",
      ),
    status: [402, 403, 429],
    words: /billing|spend/i,
  },
  {
    name: "prepayment depleted",
    concern: "project",
    reply: () =>
      error(
        429,
        "RESOURCE_EXHAUSTED",
        "Your prepayment credits are depleted. Please go to AI Studio to manage your project and billing.",
      ),
    status: [402, 403, 429],
    words: /billing|credit/i,
  },
  {
    name: "RPM with RetryInfo",
    concern: "quota",
    reply: perMinute("30s"),
    status: [429],
    words: LIMITED,
    statedMs: 30_000,
  },
  {
    name: "RPM with RetryInfo of eight days",
    concern: "quota",
    reply: perMinute("691200s"),
    status: [429],
    words: LIMITED,
    // No minute lasts longer than one.
    statedMs: 60_000,
  },
  { name: "RPM without RetryInfo", concern: "quota", reply: perMinute(), status: [429], words: LIMITED },
  {
    name: "RPD",
    concern: "quota",
    reply: perDay,
    status: [429],
    words: /quota|day|daily/i,
    statedMs: "midnight",
  },
  {
    name: "TPM",
    concern: "quota",
    reply: ({ model }) =>
      quota([
        violation(
          "GenerateContentInputTokensPerModelPerMinute-FreeTier",
          "generate_content_free_tier_input_token_count",
          model,
          "250000",
        ),
      ], "20s"),
    status: [429],
    words: LIMITED,
    statedMs: 20_000,
    on: ["generate"],
  },
  {
    name: "limit 0 for the model",
    concern: "access",
    reply: ({ operation, model }) =>
      quota(
        [violation(`${IDS[operation]}PerDayPerProjectPerModel-FreeTier`, METRICS[operation], model, "0")],
        "30s",
      ),
    status: [403, 404, 429],
    words: /tier|plan|quota|billing/i,
  },
  {
    name: "bare 429",
    concern: "transient",
    reply: () => error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    status: [429],
    words: /exhausted|limit|quota/i,
  },
  transient(
    "bare 429 with RetryInfo of eight days",
    () =>
      error(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", [
        { "@type": `${GOOGLE}RetryInfo`, retryDelay: "691200s" },
      ]),
    { status: [429], words: /exhausted|limit|quota/i },
  ),
  {
    name: "bare 403",
    // It names no reason, so that it is a guess like a bare 429: it may not bench more than half of the keys.
    concern: "transient",
    reply: () => error(403, "PERMISSION_DENIED", "The caller does not have permission"),
    status: [403],
    words: /permission/i,
  },
  {
    name: "not for unbilled users",
    concern: "access",
    reply: () =>
      error(400, "INVALID_ARGUMENT", "Imagen API is only accessible to billed users at this time."),
    status: [400, 402, 403],
    words: /billed|billing/i,
    on: ["predict"],
  },
  {
    name: "model not found",
    concern: "access",
    reply: ({ model, operation }) =>
      error(
        404,
        "NOT_FOUND",
        `models/${model} is not found for API version v1beta, or is not supported for ${operation}. Call ListModels to see the list of available models and their supported methods.`,
      ),
    status: [404],
    words: /not found|not supported|does not/i,
  },
  {
    name: "invalid argument",
    concern: "request",
    reply: () =>
      error(400, "INVALID_ARGUMENT", "Invalid value at 'contents[0]' (oneof), the field is wrong."),
    status: [400],
    words: /Invalid value|contents/i,
  },
  {
    name: "too many tokens",
    concern: "request",
    reply: () =>
      error(
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
      ),
    status: [400, 413],
    words: /token/i,
    on: ["generate", "count", "embed"],
  },
  {
    name: "location not served",
    concern: "egress",
    reply: () => error(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    status: [400, 403],
    words: /location|country|network/i,
  },
  transient("500", () => error(500, "INTERNAL", "An internal error has occurred. Please retry or report.")),
  transient("502 HTML", () => ({ status: 502, body: HTML, type: "text/html" })),
  transient(
    "503 overloaded",
    () => error(503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
  ),
  transient(
    "503 with RetryInfo of eight days",
    () =>
      error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.", [
        { "@type": `${GOOGLE}RetryInfo`, retryDelay: "691200s" },
      ]),
  ),
  transient(
    "503 high demand",
    () =>
      error(
        503,
        "UNAVAILABLE",
        "This model is currently experiencing high demand. Spikes in demand are usually temporary. Please try again later.",
      ),
  ),
  transient(
    "504",
    () => error(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
  ),
  transient("connection closed before the head", () => "reset"),
  transient("200 with HTML", () => okay(HTML, "text/html")),
  transient("200 with garbage", () => okay('{"candidates": [{"content": {"par')),
  transient("200 with an empty body", () => okay("")),
  transient(
    "200 with an error object",
    () =>
      okay(
        JSON.stringify({ error: { code: 503, status: "UNAVAILABLE", message: "The model is overloaded." } }),
      ),
  ),
  transient("silence", () => "silence"),
];

/** What a recorded body of a public key stands for; bodies of other services are met in their own tests. */
const RECORDED: Readonly<Record<string, string>> = {
  per_day_requests: "RPD",
  limit_zero_model: "limit 0 for the model",
  limit_zero_model_all: "limit 0 for the model",
  api_key_invalid: "key invalid",
  api_key_invalid_array: "key invalid",
  api_key_not_found: "key not found",
  api_key_expired: "key expired",
  consumer_suspended: "project suspended",
  api_key_service_blocked: "key blocked for the service",
  high_demand: "503 high demand",
};

interface Recording {
  readonly api: string;
  readonly category: string;
  readonly http_status: number;
  readonly body: unknown;
}

/** The recorded bodies beside the repository, where they are. */
export async function recordedFaults(): Promise<readonly Fault[]> {
  const folder = Deno.env.get("GEMINITRO_SHARED") ?? "../shared";
  let recordings: readonly Recording[];
  try {
    recordings = JSON.parse(await Deno.readTextFile(`${folder}/errors/real_errors.json`));
  } catch {
    return [];
  }
  return recordings.flatMap(({ api, category, http_status: status, body }, index) => {
    const kind = FAULTS.find(({ name }) => name === RECORDED[category]);
    if (api !== "gemini-api-key" || kind === undefined) return [];
    const reply: Fault["reply"] = ({ model }) => ({
      status,
      // A quota's body names the model that was asked.
      body: JSON.stringify(body).replace(/("model":\s*")[^"]+/g, `$1${model}`),
    });
    return [{ ...kind, name: `recorded ${category} ${index}`, reply, on: ["generate"] as const }];
  });
}
