import { isObject, type JsonObject } from "../../core/mod.ts";
import {
  effortToThinking,
  type GenerationConfig,
  type ModelCapabilities,
  type ThinkingConfig,
  type Tool,
} from "../../gemini/mod.ts";
import type { ChatDraft } from "./chat_context.ts";

/** Fields that a client may send to Gemini directly, in `extra_body.google` or `google`. */
export interface GoogleExtras {
  readonly tools: readonly Tool[];
  readonly config: Partial<GenerationConfig>;
  readonly thinking?: ThinkingConfig;
  readonly safetySettings?: readonly JsonObject[];
  readonly cachedContent?: string;
}

/** Reads Google's own fields, in either spelling, from the places where clients put them. */
export function googleExtras(body: Record<string, unknown>, draft: ChatDraft): GoogleExtras {
  const google = camelKeys(mergedGoogle(body)) as Record<string, unknown>;
  const { thinkingConfig, safetySettings, cachedContent, tools, ...others } = google;
  const safety = safetySettings ?? camelKeys(body["safety_settings"] ?? body["safetySettings"]);
  const config: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(others)) {
    if (CONFIG_FIELDS.has(field)) config[field] = value;
    else draft.warnings.add(`The field "${field}" of extra_body.google is not known and was left out.`);
  }
  const thinking = isObject(thinkingConfig) ? explicitThinking(thinkingConfig, draft) : undefined;
  return {
    tools: Array.isArray(tools)
      ? tools.filter(isObject).map(builtInTool).filter((tool) => tool !== undefined)
      : [],
    config: config as Partial<GenerationConfig>,
    ...(thinking === undefined ? {} : { thinking }),
    ...(Array.isArray(safety) ? { safetySettings: safety as JsonObject[] } : {}),
    ...(typeof cachedContent === "string" ? { cachedContent } : {}),
  };
}

const CONFIG_FIELDS = new Set([
  "imageConfig",
  "speechConfig",
  "mediaResolution",
  "responseModalities",
  "topK",
]);

function mergedGoogle(body: Record<string, unknown>): Record<string, unknown> {
  const extra = isObject(body["extra_body"]) ? body["extra_body"] : {};
  const nested = isObject(extra["extra_body"]) ? extra["extra_body"] : {};
  return [nested["google"], extra["google"], body["google"]].filter(isObject)
    .reduce((merged, google) => ({ ...merged, ...google }), {});
}

/** snake_case field names as camelCase; values, and names that are neither, stay. */
function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelKeys(entry),
    ]),
  );
}

/** Google's own tools by the names that clients use for them. */
const BUILT_INS: ReadonlyMap<string, string> = new Map([
  ["google_search", "googleSearch"],
  ["googleSearch", "googleSearch"],
  ["web_search", "googleSearch"],
  ["web_search_preview", "googleSearch"],
  ["code_execution", "codeExecution"],
  ["codeExecution", "codeExecution"],
  ["code_interpreter", "codeExecution"],
  ["url_context", "urlContext"],
  ["urlContext", "urlContext"],
  ["google_maps", "googleMaps"],
  ["googleMaps", "googleMaps"],
]);

/** `{type: "google_search"}` or `{google_search: {...}}` as Gemini's tool; undefined for anything else. */
export function builtInTool(tool: Record<string, unknown>): Tool | undefined {
  const byType = typeof tool["type"] === "string" ? BUILT_INS.get(tool["type"]) : undefined;
  if (byType !== undefined) return { [byType]: {} };
  for (const [key, value] of Object.entries(tool)) {
    const name = BUILT_INS.get(key);
    if (name !== undefined) return { [name]: isObject(value) ? value as JsonObject : {} };
  }
  return undefined;
}

/** The client's own setting, in the form that the model's family takes; level and budget are never sent together. */
function explicitThinking(config: Record<string, unknown>, draft: ChatDraft): ThinkingConfig | undefined {
  const { thinkingLevel, thinkingBudget, includeThoughts } = config;
  const { thinking } = draft.capabilities;
  if (thinking.kind === "none") {
    draft.warnings.add("This model takes no thinking setting; it was left out.");
    return undefined;
  }
  const shown = typeof includeThoughts === "boolean" ? { includeThoughts } : {};
  const level = typeof thinkingLevel === "string"
    ? levelOf(thinkingLevel.toLowerCase(), draft.capabilities)
    : undefined;
  if (level !== undefined && (thinking.kind === "level" || typeof thinkingBudget !== "number")) {
    return { ...shown, ...level };
  }
  if (typeof thinkingBudget !== "number") return shown;
  if (thinking.kind === "level") {
    return {
      ...shown,
      ...(thinkingBudget === 0 ? effortToThinking("none", draft.capabilities) : { thinkingBudget }),
    };
  }
  return { ...shown, thinkingBudget: clampBudget(thinkingBudget, thinking) };
}

function levelOf(word: string, capabilities: ModelCapabilities): ThinkingConfig | undefined {
  if (word !== "minimal" && word !== "low" && word !== "medium" && word !== "high") return undefined;
  return effortToThinking(word, capabilities);
}

/** 0 is off and -1 is the model's choice; all else is held within the model's range. */
function clampBudget(
  tokens: number,
  range: { readonly min: number; readonly max: number; readonly canDisable: boolean },
): number {
  if (tokens < 0 || (tokens === 0 && range.canDisable)) return tokens;
  return Math.min(range.max, Math.max(range.min, tokens));
}
