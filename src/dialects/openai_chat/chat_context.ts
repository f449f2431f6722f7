import {
  type ConversationItem,
  type ModelCapabilities,
  type Part,
  type ToolNames,
  wellFormed,
} from "../../gemini/mod.ts";
import type { RemoteMedia } from "../contract.ts";
import { FieldReader } from "../field_reader.ts";

/** Facts about the request that the encoders of a chat completion need. */
export interface ChatContext {
  /** As the client wrote it. */
  readonly model: string;
  readonly names: ToolNames;
  /** Client names of tools of type custom, whose input is a plain string. */
  readonly customTools: ReadonlySet<string>;
  /** The request used `functions`, so the reply uses `function_call`. */
  readonly legacyFunctions: boolean;
  readonly includeUsage: boolean;
  /** How the client wants audio: `pcm16` bare, anything else with a WAV header. */
  readonly audioFormat: string;
}

/** Results of decoding a request, field by field. */
export class ChatDraft {
  readonly fields = new FieldReader();
  readonly system: Part[] = [];
  readonly items: ConversationItem[] = [];
  readonly remoteMedia: RemoteMedia[] = [];
  readonly warnings = new Set<string>();
  /** The client's `detail` of each image, in order. */
  readonly imageDetails: unknown[] = [];
  /** The source of the newest signature that came back in an id. */
  signedBy: string | undefined;

  constructor(readonly names: ToolNames, readonly capabilities: ModelCapabilities) {}

  user(parts: readonly Part[]): void {
    if (parts.length > 0) this.items.push({ kind: "user", parts });
  }
}

/** A text part, or nothing for an empty text. */
export function textParts(text: string): Part[] {
  return text === "" ? [] : [{ text: wellFormed(text) }];
}
