import type { JsonObject } from "../core/mod.ts";
import { invalid, modelNotFound } from "./errors.ts";
import type { Answer } from "./embeddings.ts";

/** How a family's thinking is steered. */
export type SimThinking =
  | { readonly kind: "none" }
  | { readonly kind: "budget"; readonly min: number; readonly max: number; readonly zero: boolean }
  | { readonly kind: "level"; readonly levels: readonly string[] };

/** A model as the simulator offers it: its entry in models.list, and what the family accepts. */
export interface SimModel {
  /** Without `models/`. */
  readonly name: string;
  readonly version: string;
  readonly displayName: string;
  readonly description: string;
  readonly inputTokenLimit: number;
  readonly outputTokenLimit: number;
  readonly methods: readonly string[];
  readonly thinking: SimThinking;
  /** Whether a first function call without signature is refused. */
  readonly signatures: "mandatory" | "optional" | "none";
  readonly callIds: boolean;
  /** Whether a function response must repeat the id of its call. */
  readonly echoIds: boolean;
  readonly candidates: number;
  readonly jsonWithTools: boolean;
  readonly penalties: boolean;
  readonly mixTools: boolean;
  readonly tools: boolean;
  readonly systemInstruction: boolean;
  readonly image: boolean;
}

const CHAT = ["generateContent", "countTokens", "createCachedContent", "batchGenerateContent"];
const EMBED = ["embedContent", "countTextTokens", "countTokens", "asyncBatchEmbedContent"];
const ALL_LEVELS = ["MINIMAL", "LOW", "MEDIUM", "HIGH"];

interface Family {
  readonly thinking: SimThinking;
  readonly traits: Partial<SimModel>;
}

const GEMINI_3: Partial<SimModel> = {
  signatures: "mandatory",
  candidates: 1,
  jsonWithTools: true,
  mixTools: true,
};

/** The family of a name (translation tables of the Gemini documentation, model capability pages). */
function familyOf(name: string): Family {
  if (name.startsWith("gemma")) {
    return { thinking: { kind: "none" }, traits: { systemInstruction: false, tools: false, candidates: 1 } };
  }
  if (name.startsWith("gemini-2.0")) return { thinking: { kind: "none" }, traits: { penalties: true } };
  if (name.startsWith("gemini-2.5-pro")) return budget(128, 32768, false);
  if (name.startsWith("gemini-2.5-flash-lite")) return budget(512, 24576, true);
  if (name.startsWith("gemini-2.5-flash-image")) {
    return { thinking: { kind: "none" }, traits: { tools: false } };
  }
  if (name.startsWith("gemini-2.5")) return budget(0, 24576, true);
  if (name === "gemini-3-pro-preview") return level(["LOW", "HIGH"], {});
  if (/^gemini-3(\.1)?-pro/.test(name)) return level(["LOW", "MEDIUM", "HIGH"], { callIds: true });
  if (name.startsWith("gemini-3-flash") || name.startsWith("gemini-3.1")) {
    return level(ALL_LEVELS, { callIds: true });
  }
  if (/^gemini-3\.[56]/.test(name)) return level(ALL_LEVELS, { callIds: true, echoIds: true });
  if (/^gemini-(3\.|[4-9]|(flash|pro|flash-lite)-latest)/.test(name)) {
    return level(["LOW", "MEDIUM", "HIGH"], { callIds: true, echoIds: true });
  }
  return { thinking: { kind: "none" }, traits: {} };
}

function budget(min: number, max: number, zero: boolean): Family {
  return { thinking: { kind: "budget", min, max, zero }, traits: { signatures: "optional" } };
}

function level(levels: readonly string[], traits: Partial<SimModel>): Family {
  return { thinking: { kind: "level", levels }, traits: { ...GEMINI_3, ...traits } };
}

/** A model with the fields and the traits that its name implies; `more` overrides any of them. */
export function simModel(name: string, more: Partial<SimModel> = {}): SimModel {
  const family = familyOf(name);
  const embedding = name.includes("embedding");
  return {
    name,
    version: /^gemini-(\d+(\.\d+)?)/.exec(name)?.[1] ?? "001",
    displayName: name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(" "),
    description: `Simulated ${name}, for tests and demonstrations.`,
    inputTokenLimit: embedding ? 2048 : 1_048_576,
    outputTokenLimit: embedding ? 1 : name.startsWith("gemini-2.0") ? 8192 : 65_536,
    methods: embedding ? EMBED : CHAT,
    thinking: family.thinking,
    signatures: "none",
    callIds: false,
    echoIds: false,
    candidates: 8,
    jsonWithTools: false,
    penalties: false,
    mixTools: false,
    tools: !embedding,
    systemInstruction: true,
    image: name.includes("image"),
    ...family.traits,
    ...more,
  };
}

/** The models that the simulator offers by default. */
export const DEFAULT_MODELS: readonly SimModel[] = [
  simModel("gemini-2.0-flash"),
  simModel("gemini-2.0-flash-lite"),
  simModel("gemini-2.5-pro"),
  simModel("gemini-2.5-flash"),
  simModel("gemini-2.5-flash-lite"),
  simModel("gemini-2.5-flash-image", { inputTokenLimit: 32_768, outputTokenLimit: 32_768 }),
  simModel("gemini-3-pro-preview"),
  simModel("gemini-3-flash-preview"),
  simModel("gemini-3.1-pro-preview"),
  simModel("gemini-3.1-flash-lite"),
  simModel("gemini-3.5-flash"),
  simModel("gemini-3.5-flash-lite"),
  simModel("gemini-3.6-flash"),
  simModel("gemini-3.7-flash"),
  simModel("gemini-3.8-flash"),
  simModel("gemini-flash-latest"),
  simModel("gemini-flash-lite-latest"),
  simModel("gemini-pro-latest"),
  simModel("gemma-3-27b-it", { inputTokenLimit: 131_072, outputTokenLimit: 8192 }),
  simModel("gemma-3-4b-it", { inputTokenLimit: 32_768, outputTokenLimit: 8192 }),
  simModel("gemini-2.5-flash-native-audio-preview", { methods: ["bidiGenerateContent", "countTokens"] }),
  simModel("gemini-2.5-flash-preview-tts", {
    tools: false,
    systemInstruction: false,
    thinking: { kind: "none" },
  }),
  simModel("gemini-live-2.5-flash-preview", { methods: ["bidiGenerateContent", "countTokens"] }),
  simModel("lyria-realtime-exp", { methods: ["bidiGenerateMusic"] }),
  simModel("imagen-4.0-generate-001", { methods: ["predict"] }),
  simModel("veo-3.1-generate-preview", { methods: ["predictLongRunning"] }),
  simModel("gemini-embedding-001"),
  simModel("gemini-embedding-2", { inputTokenLimit: 8192 }),
];

/** The model as models.list and models.get return it. */
function modelBody(model: SimModel): JsonObject {
  const chat = model.methods.includes("generateContent");
  return {
    name: `models/${model.name}`,
    version: model.version,
    displayName: model.displayName,
    description: model.description,
    inputTokenLimit: model.inputTokenLimit,
    outputTokenLimit: model.outputTokenLimit,
    supportedGenerationMethods: [...model.methods],
    ...(chat ? { temperature: 1, topP: 0.95, topK: 64, maxTemperature: 2 } : {}),
    ...(model.thinking.kind === "none" ? {} : { thinking: true }),
  };
}

const DEFAULT_PAGE = 50;
const MAX_PAGE = 1000;

/** models.list: pages of 50 unless asked otherwise; the token is absent on the last page. */
export function listModels(models: readonly SimModel[], query: URLSearchParams): Answer {
  const size = Number(query.get("pageSize") ?? query.get("page_size") ?? 0);
  if (!Number.isInteger(size) || size < 0) {
    return { rejection: invalid(`Invalid value at 'page_size' (TYPE_INT32), "${query.get("pageSize")}"`) };
  }
  const start = startOf(query.get("pageToken") ?? query.get("page_token"));
  if (start === undefined) return { rejection: invalid("Page token is invalid.") };
  const end = start + Math.min(size === 0 ? DEFAULT_PAGE : size, MAX_PAGE);
  const page = models.slice(start, end).map(modelBody);
  return { body: { models: page, ...(end < models.length ? { nextPageToken: btoa(`from:${end}`) } : {}) } };
}

function startOf(token: string | null): number | undefined {
  if (token === null || token === "") return 0;
  try {
    const start = /^from:(\d+)$/.exec(atob(token))?.[1];
    return start === undefined ? undefined : Number(start);
  } catch {
    return undefined;
  }
}

/** models.get. */
export function getModel(models: ReadonlyMap<string, SimModel>, name: string, version: string): Answer {
  const model = models.get(name);
  return model ? { body: modelBody(model) } : { rejection: modelNotFound(name, version, "GetModel") };
}
