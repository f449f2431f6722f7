import type { Json, JsonObject } from "../../core/mod.ts";
import type { Part } from "../../gemini/mod.ts";
import { type FieldReader, Gathered } from "../field_reader.ts";
import type { DecodedTools } from "./decode_tools.ts";

/** How a declared tool is called in the client's words. */
export interface ClientTool {
  readonly name: string;
  readonly namespace?: string;
  /** Beside functions and custom tools: the type of a tool that OpenAI defines and the client runs. */
  readonly kind: "function" | "custom" | "shell" | "local_shell" | "apply_patch" | "tool_search";
}

/** Facts about the request that the encoders of Responses need. */
export interface ResponsesContext {
  /** The model as the client wrote it. */
  readonly model: string;
  /** Declared (sanitised) tool name to the client's tool. */
  readonly tools: ReadonlyMap<string, ClientTool>;
  /** The request's settings as the response repeats them. */
  readonly echo: JsonObject;
  /** `include` asked for encrypted reasoning, the carrier of signatures. */
  readonly encrypted: boolean;
  /** The model signs its thoughts and nothing else, and wants them back. */
  readonly signedThoughts: boolean;
  /** Codex takes `response.incomplete` for a broken stream and asks again. */
  readonly codex: boolean;
  readonly store: boolean;
  /** The answer is one compaction item that holds what the model says. */
  readonly compacts?: boolean;
  /** The whole conversation up to this reply, earlier stored turns included, as input items. */
  readonly history: readonly Json[];
}

/** Results of decoding the input items; tools are known by Gemini's names. */
export class Conversation extends Gathered {
  /** The client's `detail` of each image, in order. */
  readonly imageDetails: unknown[] = [];
  /** From the reasoning item just read: belongs to the call that follows. */
  pendingSignature: string | undefined;

  /** The id of the newest search for tools. */
  lastSearch: string | undefined;

  constructor(fields: FieldReader, readonly tools: DecodedTools, signedThoughts = false) {
    super(fields, signedThoughts);
  }

  override add(kind: "user" | "model", parts: readonly Part[]): void {
    this.pendingSignature = undefined;
    super.add(kind, parts);
  }
}
