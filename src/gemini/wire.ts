import type { Json, JsonObject } from "../core/mod.ts";

/**
 * Gemini's generateContent request and reply as they go over the wire (v1beta, camelCase), the hub that every dialect
 * decodes to. Only fields this program makes or reads are named; the rest passes through.
 * Source: ai.google.dev/api/generate-content, and recorded traffic.
 */
export interface GeminiRequest {
  readonly contents: readonly Content[];
  readonly systemInstruction?: { readonly role?: "user"; readonly parts: readonly Part[] };
  readonly tools?: readonly Tool[];
  readonly toolConfig?: ToolConfig;
  readonly safetySettings?: readonly JsonObject[];
  readonly generationConfig?: GenerationConfig;
  readonly cachedContent?: string;
  readonly serviceTier?: string;
}

export interface Content {
  readonly role: "user" | "model";
  readonly parts: readonly Part[];
}

/** Exactly one of the data fields is set; `thought` and `thoughtSignature` are beside it. */
export interface Part {
  readonly text?: string;
  readonly inlineData?: Blob64;
  readonly fileData?: { readonly mimeType?: string; readonly fileUri: string };
  readonly functionCall?: FunctionCall;
  readonly functionResponse?: FunctionResponse;
  readonly executableCode?: { readonly language?: string; readonly code?: string; readonly id?: string };
  readonly codeExecutionResult?: {
    readonly outcome?: string;
    readonly output?: string;
    readonly id?: string;
  };
  readonly toolCall?: JsonObject;
  readonly toolResponse?: JsonObject;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly videoMetadata?: JsonObject;
  readonly mediaResolution?: JsonObject;
}

/** Base64 (standard alphabet, no white space) with its type. */
export interface Blob64 {
  readonly mimeType: string;
  readonly data: string;
  readonly displayName?: string;
}

export interface FunctionCall {
  readonly id?: string;
  readonly name: string;
  readonly args?: JsonObject;
}

export interface FunctionResponse {
  readonly id?: string;
  readonly name: string;
  readonly response: JsonObject;
  readonly parts?: readonly { readonly inlineData: Blob64 }[];
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly description?: string;
  readonly parameters?: JsonObject;
  readonly parametersJsonSchema?: Json;
}

export interface Tool {
  readonly functionDeclarations?: readonly FunctionDeclaration[];
  readonly googleSearch?: JsonObject;
  readonly codeExecution?: JsonObject;
  readonly urlContext?: JsonObject;
  readonly [other: string]: Json | readonly FunctionDeclaration[] | undefined;
}

export interface ToolConfig {
  readonly functionCallingConfig?: {
    readonly mode: "AUTO" | "ANY" | "NONE" | "VALIDATED";
    readonly allowedFunctionNames?: readonly string[];
  };
  readonly includeServerSideToolInvocations?: boolean;
  readonly retrievalConfig?: JsonObject;
}

export interface GenerationConfig {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly maxOutputTokens?: number;
  readonly stopSequences?: readonly string[];
  readonly candidateCount?: number;
  readonly seed?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly responseLogprobs?: boolean;
  readonly logprobs?: number;
  readonly responseMimeType?: string;
  readonly responseSchema?: JsonObject;
  readonly responseJsonSchema?: Json;
  readonly responseModalities?: readonly string[];
  readonly thinkingConfig?: ThinkingConfig;
  readonly speechConfig?: JsonObject;
  readonly imageConfig?: JsonObject;
  readonly mediaResolution?: string;
}

/** Level and budget are never sent together (400). */
export interface ThinkingConfig {
  readonly includeThoughts?: boolean;
  readonly thinkingBudget?: number;
  readonly thinkingLevel?: "minimal" | "low" | "medium" | "high";
}

/** One reply, or one chunk of a streamed reply; every field may be missing. */
export interface GeminiReply {
  readonly candidates?: readonly Candidate[];
  readonly promptFeedback?: {
    readonly blockReason?: string;
    readonly blockReasonMessage?: string;
    readonly safetyRatings?: readonly JsonObject[];
  };
  readonly usageMetadata?: UsageMetadata;
  readonly modelVersion?: string;
  readonly responseId?: string;
  readonly error?: JsonObject;
}

export interface Candidate {
  readonly content?: { readonly role?: string; readonly parts?: readonly Part[] };
  readonly finishReason?: string;
  readonly finishMessage?: string;
  readonly index?: number;
  readonly safetyRatings?: readonly JsonObject[];
  readonly citationMetadata?: JsonObject;
  readonly groundingMetadata?: JsonObject;
  readonly urlContextMetadata?: JsonObject;
  readonly avgLogprobs?: number;
  readonly logprobsResult?: JsonObject;
}

export interface UsageMetadata {
  readonly promptTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly totalTokenCount?: number;
  readonly promptTokensDetails?: readonly { readonly modality?: string; readonly tokenCount?: number }[];
  readonly candidatesTokensDetails?: readonly { readonly modality?: string; readonly tokenCount?: number }[];
  readonly serviceTier?: string;
  readonly trafficType?: string;
}
