import { type CatalogEntry, modalitiesOf } from "../../catalog/mod.ts";
import { type Failure, invalidRequest, type JsonObject } from "../../core/mod.ts";
import type { ModelCapabilities } from "../../gemini/mod.ts";
import { json } from "./answer_turn.ts";
import { askedDialect } from "./asked_dialect.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

/** Google's own page sizes for models.list: default 50, at most 1,000. */
const PAGE = { default: 50, most: 1000 };

/** Anthropic's page sizes. */
const ANTHROPIC_PAGE = { default: 20, most: 1000 };

/** Lists the models of all usable credentials, aliases included, in the client's dialect. */
export function listModels(deps: ProxyDeps, requestContext: RequestContext): Response | Failure {
  const models = deps.catalog.list().filter((entry) => deps.mayUse(requestContext.client, entry.id))
    .map((entry) => known(deps, entry));
  switch (askedDialect(requestContext)) {
    case "anthropic":
      return anthropicPage(requestContext, models);
    case "gemini":
      return answer(requestContext, geminiPage(requestContext, models));
    default:
      return answer(requestContext, openaiList(requestContext, models));
  }
}

function known(deps: ProxyDeps, entry: CatalogEntry): KnownModel {
  const resolved = deps.catalog.resolve(entry.id);
  return { entry, capabilities: resolved.ok ? resolved.value.capabilities : undefined };
}

/** Codex sends its version and reads only `models`; all others read `data`. */
function openaiList({ target: { url } }: RequestContext, models: readonly KnownModel[]): JsonObject {
  const data = models.map(openaiModel);
  if (!url.searchParams.has("client_version")) return { object: "list", data };
  const chats = models.filter(({ entry }) => entry.methods.includes("generateContent"));
  return { object: "list", data, models: chats.map(codexModel) };
}

/** One model, by exact id or alias; undefined when there is none. */
export function oneModel(
  deps: ProxyDeps,
  requestContext: RequestContext,
  name: string,
): Response | undefined {
  const resolved = deps.catalog.resolve(name);
  const id = resolved.ok ? resolved.value.id : name;
  const entries = deps.catalog.list();
  const entry = entries.find((one) => one.id === name) ?? entries.find((one) => one.id === id);
  if (entry === undefined || !deps.mayUse(requestContext.client, entry.id)) return undefined;
  const model = known(deps, entry);
  switch (askedDialect(requestContext)) {
    case "anthropic":
      return answer(requestContext, anthropicModel(model));
    case "gemini":
      return answer(requestContext, geminiModel(model));
    default:
      return answer(requestContext, { ...openaiModel(model), id: name });
  }
}

/** A page before or after a model's id, as Anthropic's clients request it. */
function anthropicPage(requestContext: RequestContext, models: readonly KnownModel[]): Response | Failure {
  const { searchParams } = requestContext.target.url;
  const asked = searchParams.get("limit");
  const limit = asked === null ? ANTHROPIC_PAGE.default : Number(asked);
  if (!Number.isInteger(limit) || limit < 1 || limit > ANTHROPIC_PAGE.most) {
    return invalidRequest(`limit must be a whole number between 1 and ${ANTHROPIC_PAGE.most}`, {
      param: "limit",
    });
  }
  const placeOf = (name: string) => {
    const id = searchParams.get(name);
    return id === null ? undefined : models.findIndex(({ entry }) => entry.id === id);
  };
  const after = placeOf("after_id");
  const before = placeOf("before_id");
  if (after === -1 || before === -1) {
    const param = after === -1 ? "after_id" : "before_id";
    return invalidRequest(`${param} names no model of this list`, { param });
  }
  const end = before ?? models.length;
  const start = after === undefined ? before === undefined ? 0 : Math.max(0, end - limit) : after + 1;
  const page = models.slice(start, Math.min(end, start + limit));
  return answer(requestContext, {
    data: page.map(anthropicModel),
    has_more: before === undefined ? start + page.length < end : start > 0,
    first_id: page[0]?.entry.id ?? null,
    last_id: page.at(-1)?.entry.id ?? null,
  });
}

function geminiPage({ target: { url } }: RequestContext, entries: readonly KnownModel[]): JsonObject {
  const asked = Number(url.searchParams.get("pageSize") ?? PAGE.default);
  const size = Math.min(PAGE.most, asked >= 1 ? Math.floor(asked) : PAGE.default);
  const start = Math.max(0, Math.floor(Number(url.searchParams.get("pageToken") ?? 0)) || 0);
  const next = start + size;
  return {
    models: entries.slice(start, next).map(geminiModel),
    ...(next < entries.length ? { nextPageToken: String(next) } : {}),
  };
}

function answer(requestContext: RequestContext, body: JsonObject): Response {
  return json(body, { "x-request-id": requestContext.requestId });
}

/** Google gives no creation dates; clients want a number, and the same one each time. */
const CREATED = Date.UTC(2024, 0, 1) / 1000;

/** A model with its known facts; one that is not a chat model has no capabilities. */
interface KnownModel {
  readonly entry: CatalogEntry;
  readonly capabilities: ModelCapabilities | undefined;
}

function takes({ methods }: CatalogEntry, ...some: readonly string[]): boolean {
  return some.some((method) => methods.includes(method));
}

/** OpenAI's form, with the context, modalities and abilities as OpenRouter and LiteLLM spell them. */
function openaiModel({ entry, capabilities }: KnownModel): JsonObject {
  const { input, output } = modalitiesOf(entry);
  const { inputTokenLimit, outputTokenLimit } = entry;
  const chat = takes(entry, "generateContent");
  return {
    id: entry.id,
    object: "model",
    created: CREATED,
    owned_by: entry.ownedBy,
    name: entry.displayName,
    context_length: inputTokenLimit,
    context_window: inputTokenLimit,
    max_model_len: inputTokenLimit,
    max_completion_tokens: outputTokenLimit,
    max_input_tokens: inputTokenLimit,
    max_output_tokens: outputTokenLimit,
    mode: chat ? "chat" : takes(entry, "embedContent") ? "embedding" : "other",
    architecture: {
      modality: `${input.join("+")}->${output.join("+")}`,
      input_modalities: [...input],
      output_modalities: [...output],
      tokenizer: "Gemini",
      instruct_type: null,
    },
    top_provider: {
      context_length: inputTokenLimit,
      max_completion_tokens: outputTokenLimit,
      is_moderated: false,
    },
    supported_parameters: chat ? parametersOf(entry, capabilities) : [],
    supports_function_calling: chat && (capabilities?.tools ?? false),
    supports_parallel_function_calling: chat && (capabilities?.tools ?? false),
    supports_tool_choice: chat && (capabilities?.tools ?? false),
    supports_response_schema: chat && (capabilities?.jsonOutput ?? false),
    supports_system_messages: chat,
    supports_reasoning: chat && entry.thinking,
    supports_vision: input.includes("image"),
    supports_audio_input: input.includes("audio"),
    supports_audio_output: output.includes("audio"),
    supports_pdf_input: input.includes("file"),
    supports_prompt_caching: takes(entry, "createCachedContent"),
  };
}

function parametersOf(
  { thinking }: CatalogEntry,
  capabilities: ModelCapabilities | undefined,
): readonly string[] {
  return [
    "max_tokens",
    "temperature",
    "top_p",
    "stop",
    "seed",
    ...(capabilities?.tools === false ? [] : ["tools", "tool_choice"]),
    ...(capabilities?.jsonOutput === false ? [] : ["response_format", "structured_outputs"]),
    ...(thinking ? ["reasoning", "include_reasoning", "reasoning_effort"] : []),
    ...(capabilities?.penalties === true ? ["presence_penalty", "frequency_penalty"] : []),
    ...(capabilities?.logprobs === true ? ["logprobs", "top_logprobs"] : []),
  ];
}

function anthropicModel({ entry }: KnownModel): JsonObject {
  return {
    type: "model",
    id: entry.id,
    display_name: entry.displayName,
    created_at: new Date(CREATED * 1000).toISOString(),
    max_input_tokens: entry.inputTokenLimit,
    max_tokens: entry.outputTokenLimit,
  };
}

function geminiModel({ entry }: KnownModel): JsonObject {
  return {
    name: `models/${entry.id}`,
    displayName: entry.displayName,
    inputTokenLimit: entry.inputTokenLimit,
    outputTokenLimit: entry.outputTokenLimit,
    supportedGenerationMethods: entry.methods,
    ...(entry.thinking ? { thinking: true } : {}),
  };
}

const EFFORTS: Readonly<Record<string, string>> = {
  minimal: "Answers at once, with next to no thinking",
  low: "Thinks briefly",
  medium: "Weighs speed and depth",
  high: "Thinks as deeply as the model can",
};

/** Codex's instructions for a model; a list entry without it would leave Codex without instructions. */
const CODEX_INSTRUCTIONS =
  `You are a coding agent that works in the user's terminal, on the user's own machine.
Read the code before you change it, follow the conventions that it has, and change no more than the task needs.
Use the tools that you are given to look at files, run commands and edit; say in a sentence what you are about to do before a group of calls.
Keep going until the task is wholly done, then check it: run the tests or the build that concern it where there are some.
Never undo changes that are not yours, never run what destroys data without being asked to, and say plainly what you could not do.
Answer briefly: what changed, where, and how it was checked.`;

/** Codex's own form, for its picker, its list of efforts and the size of its context. */
function codexModel({ entry, capabilities }: KnownModel, priority: number): JsonObject {
  const levels = levelsOf(capabilities);
  const { input } = modalitiesOf(entry);
  return {
    slug: entry.id,
    display_name: entry.displayName,
    description: `${entry.displayName} through GemiNitro`,
    default_reasoning_level: levels.includes("medium") ? "medium" : levels.at(-1) ?? null,
    supported_reasoning_levels: levels.map((effort) => ({ effort, description: EFFORTS[effort]! })),
    shell_type: "shell_command",
    visibility: "list",
    supported_in_api: true,
    priority,
    additional_speed_tiers: [],
    service_tiers: [],
    availability_nux: null,
    upgrade: null,
    base_instructions: CODEX_INSTRUCTIONS,
    include_skills_usage_instructions: true,
    // Renamed in 2026: both are read, by older and newer versions.
    supports_reasoning_summaries: levels.length > 0,
    supports_reasoning_summary_parameter: levels.length > 0,
    default_reasoning_summary: levels.length > 0 ? "auto" : "none",
    support_verbosity: false,
    default_verbosity: null,
    apply_patch_tool_type: null,
    web_search_tool_type: "text",
    truncation_policy: { mode: "tokens", limit: 10_000 },
    supports_parallel_tool_calls: true,
    supports_image_detail_original: false,
    context_window: entry.inputTokenLimit,
    max_context_window: entry.inputTokenLimit,
    auto_compact_token_limit: null,
    effective_context_window_percent: 95,
    experimental_supported_tools: [],
    input_modalities: input.includes("image") ? ["text", "image"] : ["text"],
    supports_search_tool: false,
    use_responses_lite: false,
  };
}

function levelsOf(capabilities: ModelCapabilities | undefined): readonly string[] {
  const thinking = capabilities?.thinking;
  if (thinking === undefined || thinking.kind === "none") return [];
  if (thinking.kind === "level") {
    return Object.keys(EFFORTS).filter((effort) =>
      thinking.levels.some((level) => level.toLowerCase() === effort)
    );
  }
  return ["low", "medium", "high"];
}
