import type { ConversationItem, Part, ToolNames } from "../../gemini/mod.ts";
import type { RemoteMedia } from "../contract.ts";
import type { FieldReader } from "../field_reader.ts";

/** What decoding the messages gathers besides contents. */
export class Conversation {
  readonly system: Part[] = [];
  readonly items: ConversationItem[] = [];
  readonly remoteMedia: RemoteMedia[] = [];
  readonly warnings = new Set<string>();
  /** Client tool name by tool_use id. */
  readonly callNames = new Map<string, string>();
  /** The source of the newest signature that came back. */
  signedBy: string | undefined;

  /** `signedThoughts`: the model wants its own thoughts back. */
  constructor(readonly fields: FieldReader, readonly names: ToolNames, readonly signedThoughts = false) {}

  add(kind: "user" | "model", parts: readonly Part[]): void {
    if (parts.length > 0) this.items.push({ kind, parts });
  }
}
