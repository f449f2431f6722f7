/** True for models that only produce speech. */
export function isSpeechModel(modelId: string): boolean {
  return /-tts(-|$)|native-audio|-live(-|$)/.test(modelId);
}

/** Data of a source's own model list; corrects the table. */
export interface LiveModel {
  readonly thinking?: boolean;
  readonly inputTokenLimit?: number;
  readonly outputTokenLimit?: number;
}

const NO_THINKING: ThinkingControl = { kind: "none" };
const LOW_TO_HIGH: ThinkingControl = { kind: "level", levels: ["low", "medium", "high"] };
const MINIMAL_TO_HIGH: ThinkingControl = { kind: "level", levels: ["minimal", "low", "medium", "high"] };

function budget(min: number, max: number, canDisable: boolean): ThinkingControl {
  return { kind: "budget", min, max, canDisable };
}

/** Gemini 3.7 and later, the `-latest` aliases, and every unknown name. */
const NEWEST: ModelCapabilities = {
  thinking: LOW_TO_HIGH,
  needsSignatures: true,
  signedThoughts: false,
  echoesCallIds: true,
  jsonOutput: true,
  toolsWithJson: true,
  mixesBuiltInTools: true,
  mediaInToolResults: true,
  maxCandidates: 1,
  penalties: false,
  logprobs: false,
  systemInstruction: true,
  tools: true,
  prefill: false,
  inputTokenLimit: 1_048_576,
  outputTokenLimit: 65_536,
};

const GEMINI_2_5: ModelCapabilities = {
  ...NEWEST,
  thinking: budget(0, 24_576, true),
  needsSignatures: false,
  echoesCallIds: false,
  toolsWithJson: false,
  mixesBuiltInTools: false,
  mediaInToolResults: false,
  maxCandidates: 8,
  prefill: true,
};

const BEFORE_2_5: ModelCapabilities = {
  ...GEMINI_2_5,
  thinking: NO_THINKING,
  penalties: true,
  outputTokenLimit: 8_192,
};

const GEMMA: ModelCapabilities = {
  ...BEFORE_2_5,
  penalties: false,
  systemInstruction: false,
  jsonOutput: false,
  tools: false,
  maxCandidates: 1,
  inputTokenLimit: 131_072,
};

const IMAGE: ModelCapabilities = {
  ...GEMINI_2_5,
  thinking: NO_THINKING,
  jsonOutput: false,
  tools: false,
  maxCandidates: 1,
  prefill: false,
  inputTokenLimit: 65_536,
  outputTokenLimit: 32_768,
};

const SPEECH: ModelCapabilities = {
  ...IMAGE,
  systemInstruction: false,
  inputTokenLimit: 8_192,
  outputTokenLimit: 16_384,
};

const EMBEDDING: ModelCapabilities = {
  ...SPEECH,
  inputTokenLimit: 2_048,
  outputTokenLimit: 1,
};

/** Served by Antigravity in Gemini's envelope; thinking takes a budget from 1024 on. */
const CLAUDE: ModelCapabilities = {
  ...GEMINI_2_5,
  thinking: budget(1_024, 64_000, true),
  signedThoughts: true,
  jsonOutput: false,
  echoesCallIds: true,
  maxCandidates: 1,
  prefill: false,
  inputTokenLimit: 200_000,
  outputTokenLimit: 64_000,
};

const GPT_OSS: ModelCapabilities = {
  ...CLAUDE,
  thinking: NO_THINKING,
  signedThoughts: false,
  inputTokenLimit: 114_000,
  outputTokenLimit: 32_768,
};

type Rule = readonly [pattern: RegExp, capabilities: ModelCapabilities];

/** Families recognised by a word in the name; the first match counts, before the version is read. */
const BY_WORD: readonly Rule[] = [
  [/embedding-2/, { ...EMBEDDING, inputTokenLimit: 8_192 }],
  [/embedding|^aqa$/, EMBEDDING],
  [/-tts(-|$)/, SPEECH],
  [/^gemma-[12]-|^gemma-3-1b/, { ...GEMMA, inputTokenLimit: 32_768 }],
  [/^gemma-3/, GEMMA],
  [/^gemma/, { ...GEMMA, jsonOutput: true, tools: true }],
  [/^gemini-3-pro-image/, {
    ...IMAGE,
    thinking: budget(128, 32_768, false),
    needsSignatures: true,
  }],
  [/^gemini-[3-9].*-image/, {
    ...IMAGE,
    thinking: { kind: "level", levels: ["minimal", "high"] },
    needsSignatures: true,
  }],
  [/-image|^imagen|^veo/, IMAGE],
  [/robotics-er-1\.5|computer-use/, GEMINI_2_5],
  [/^learnlm|^gemini-(pro|ultra)(-vision)?$|^gemini-exp-/, BEFORE_2_5],
  [/^claude/, CLAUDE],
  [/^gpt-oss/, GPT_OSS],
];

const VERSION_REGEXP = /^gemini-(\d+(?:\.\d+)?)-(pro|flash-lite|flash)?/;

/** `-tiered`, `-high`, `-preview-09-2025` and other endings say nothing about what the model takes. */
function byVersion(name: string): ModelCapabilities {
  const match = VERSION_REGEXP.exec(name);
  if (match === null) return NEWEST;
  const version = Number(match[1]);
  const size = match[2] ?? "";
  if (version < 2.5) return BEFORE_2_5;
  return version < 3 ? generation2(size) : generation3(version, size);
}

function generation2(size: string): ModelCapabilities {
  if (size === "pro") return { ...GEMINI_2_5, thinking: budget(128, 32_768, false) };
  if (size === "flash-lite") return { ...GEMINI_2_5, thinking: budget(512, 24_576, true) };
  return GEMINI_2_5;
}

function generation3(version: number, size: string): ModelCapabilities {
  if (size === "pro" && version < 3.1) {
    return { ...NEWEST, thinking: { kind: "level", levels: ["low", "high"] } };
  }
  if (size.startsWith("flash") && version < 3.7) return { ...NEWEST, thinking: MINIMAL_TO_HIGH };
  return NEWEST;
}

function correct(table: ModelCapabilities, name: string, live: LiveModel): ModelCapabilities {
  const learnedToThink = live.thinking === true && table.thinking.kind === "none" &&
    name.startsWith("gemini");
  const thinking = live.thinking === false
    ? NO_THINKING
    : learnedToThink
    ? byVersion(name).thinking
    : table.thinking;
  return {
    ...table,
    thinking,
    inputTokenLimit: live.inputTokenLimit ?? table.inputTokenLimit,
    outputTokenLimit: live.outputTokenLimit ?? table.outputTokenLimit,
  };
}

/**
 * Returns what may be sent to a model, by its name without `models/`. An unknown name inherits the newest
 * family; the source's own list takes precedence for thinking and limits (in tokens). Sources: ai.google.dev on
 * thinking, thought signatures and function calling; recorded 400 texts.
 */
export function capabilitiesOf(modelId: string, live: LiveModel = {}): ModelCapabilities {
  const table = BY_WORD.find(([pattern]) => pattern.test(modelId))?.[1] ?? byVersion(modelId);
  return correct(table, modelId, live);
}

/** How a model takes a thinking setting. */
export type ThinkingControl =
  | { readonly kind: "none" }
  | {
    readonly kind: "budget";
    readonly min: number;
    readonly max: number;
    /** 0 switches thinking off. */
    readonly canDisable: boolean;
  }
  | {
    readonly kind: "level";
    /** Ascending; the first is the lowest the model takes. */
    readonly levels: readonly ("minimal" | "low" | "medium" | "high")[];
  };

/** Abilities of a model. Data by family; an unknown new name inherits the newest family. */
export interface ModelCapabilities {
  readonly thinking: ThinkingControl;
  /** The first function call of each step of the current turn must bring its thoughtSignature back. */
  readonly needsSignatures: boolean;
  /** Thoughts are signed themselves, and must come back with their text and signature in a tool loop (Claude models). */
  readonly signedThoughts: boolean;
  /** functionResponse must echo functionCall.id. */
  readonly echoesCallIds: boolean;
  /** Supports a JSON response format. */
  readonly jsonOutput: boolean;
  /** Supports function tools together with a JSON response format. */
  readonly toolsWithJson: boolean;
  /** Supports function tools together with googleSearch and other built-in tools. */
  readonly mixesBuiltInTools: boolean;
  /** Supports media inside functionResponse.parts; otherwise they are sent beside it. */
  readonly mediaInToolResults: boolean;
  readonly maxCandidates: number;
  readonly penalties: boolean;
  readonly logprobs: boolean;
  readonly systemInstruction: boolean;
  readonly tools: boolean;
  /** Takes a trailing model turn as a prefill. */
  readonly prefill: boolean;
  readonly inputTokenLimit: number;
  readonly outputTokenLimit: number;
}
