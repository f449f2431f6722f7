import type { JsonObject } from "../../core/mod.ts";
import { type CatalogEntry, modalitiesOf } from "../../catalog/mod.ts";
import type { ModelCapabilities } from "../../gemini/mod.ts";

/** Google gives no creation dates; clients want a number, and the same one each time. */
const CREATED = Date.UTC(2024, 0, 1) / 1000;

/** A model with its known facts; one that is not a chat model has no capabilities. */
export interface KnownModel {
  readonly entry: CatalogEntry;
  readonly capabilities: ModelCapabilities | undefined;
}

function takes({ methods }: CatalogEntry, ...some: readonly string[]): boolean {
  return some.some((method) => methods.includes(method));
}

/** OpenAI's form, with the context, modalities and abilities as OpenRouter and LiteLLM spell them. */
export function openaiModel({ entry, capabilities }: KnownModel): JsonObject {
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

export function anthropicModel({ entry }: KnownModel): JsonObject {
  return {
    type: "model",
    id: entry.id,
    display_name: entry.displayName,
    created_at: new Date(CREATED * 1000).toISOString(),
    max_input_tokens: entry.inputTokenLimit,
    max_tokens: entry.outputTokenLimit,
  };
}

export function geminiModel({ entry }: KnownModel): JsonObject {
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
export function codexModel({ entry, capabilities }: KnownModel, priority: number): JsonObject {
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
