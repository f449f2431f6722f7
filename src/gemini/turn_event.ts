import type { JsonObject, Usage } from "../core/mod.ts";
import type { Part } from "./wire.ts";

/**
 * The events of a model's turn, as one ordered stream. Segmented once from Gemini's chunks; every dialect
 * encodes it with a reducer, and a reply that is not streamed is a fold of the same events. `candidate` is the
 * choice it belongs to, counted from 0.
 */
export type TurnEvent =
  | { readonly type: "turn-start"; readonly responseId?: string; readonly modelVersion?: string }
  | {
    readonly type: "text-delta";
    readonly candidate: number;
    /** Never empty. */
    readonly text: string;
    /** Came on the same part; a signature never implies thought. */
    readonly signature?: string;
  }
  | {
    readonly type: "thought-delta";
    readonly candidate: number;
    readonly text: string;
    readonly signature?: string;
  }
  | {
    readonly type: "tool-call";
    readonly candidate: number;
    /** Unique over the conversation: Google's own id, or a minted `call_...`. */
    readonly id: string;
    /** True when `id` is Google's and must be echoed in the function response. */
    readonly upstreamId: boolean;
    /** The declared (sanitised) name; dialects map it back to the client's. */
    readonly name: string;
    /** Complete; `{}` when Google sent none. */
    readonly args: JsonObject;
    readonly signature?: string;
  }
  | {
    readonly type: "media";
    readonly candidate: number;
    readonly mimeType: string;
    /** Base64. */
    readonly data: string;
    readonly signature?: string;
  }
  | {
    readonly type: "code";
    readonly candidate: number;
    readonly language: string;
    readonly code: string;
    readonly signature?: string;
  }
  | {
    readonly type: "code-result";
    readonly candidate: number;
    readonly outcome: string;
    readonly output: string;
    readonly signature?: string;
  }
  /** A call of a tool that Google ran itself, or its result: hidden from clients, and sent back unchanged. */
  | { readonly type: "server-part"; readonly candidate: number; readonly part: Part }
  /** Gathered over the turn and emitted once, before its end. */
  | {
    readonly type: "citation";
    readonly candidate: number;
    readonly grounding?: JsonObject;
    readonly citations?: JsonObject;
    readonly urlContext?: JsonObject;
  }
  /** A signature on an empty text: belongs to what came before it in this candidate. */
  | { readonly type: "signature"; readonly candidate: number; readonly signature: string }
  | { readonly type: "logprobs"; readonly candidate: number; readonly result: JsonObject }
  /** Cumulative: the last one counts. */
  | { readonly type: "usage"; readonly usage: Usage }
  /** Always last, exactly once, made at the end of the body and never at the first finishReason. */
  | {
    readonly type: "turn-end";
    readonly finishes: readonly Finish[];
    /** promptFeedback: the prompt was refused and there is no candidate. */
    readonly block?: { readonly reason: string; readonly message?: string };
  };

export interface Finish {
  readonly candidate: number;
  /** Gemini's finishReason as sent, for example STOP, MAX_TOKENS, SAFETY, MALFORMED_FUNCTION_CALL. */
  readonly reason: string;
  readonly message?: string;
}
