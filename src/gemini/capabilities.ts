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

/** What may be sent to a model. Data by family; an unknown new name inherits the newest family (translation facts 3). */
export interface ModelCapabilities {
  readonly thinking: ThinkingControl;
  /** The first function call of each step of the current turn must bring its thoughtSignature back. */
  readonly needsSignatures: boolean;
  /** Thoughts are signed themselves, and must come back with their text and signature in a tool loop (Claude models). */
  readonly signedThoughts: boolean;
  /** functionResponse must echo functionCall.id. */
  readonly echoesCallIds: boolean;
  /** A JSON response format at all. */
  readonly jsonOutput: boolean;
  /** Function tools together with a JSON response format. */
  readonly toolsWithJson: boolean;
  /** Function tools together with googleSearch and other built-in tools. */
  readonly mixesBuiltInTools: boolean;
  /** Media inside functionResponse.parts; otherwise they stand beside it. */
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
