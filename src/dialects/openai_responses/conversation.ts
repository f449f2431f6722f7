import type { ConversationItem, Part } from "../../gemini/mod.ts";
import type { RemoteMedia } from "../contract.ts";
import type { FieldReader } from "../field_reader.ts";
import type { DecodedTools } from "./decode_tools.ts";

/** What decoding the input items gathers. */
export class Conversation {
  readonly system: Part[] = [];
  readonly items: ConversationItem[] = [];
  readonly remoteMedia: RemoteMedia[] = [];
  readonly warnings = new Set<string>();
  /** What the client says of each image's detail, in order. */
  readonly imageDetails: unknown[] = [];
  /** Gemini's tool name by call id. */
  readonly callNames = new Map<string, string>();
  /** From the reasoning item just read: belongs to the call that follows. */
  pendingSignature: string | undefined;
  /** The source of the newest signature that came back. */
  signedBy: string | undefined;

  /** `signedThoughts`: the model wants its own thoughts back. */
  constructor(
    readonly fields: FieldReader,
    readonly tools: DecodedTools,
    readonly signedThoughts = false,
  ) {}

  add(kind: "user" | "model", parts: readonly Part[]): void {
    this.pendingSignature = undefined;
    if (parts.length > 0) this.items.push({ kind, parts });
  }
}
