import type { ConversationItem, Part } from "../gemini/mod.ts";
import type { RemoteMedia } from "./contract.ts";
import type { FieldReader } from "./field_reader.ts";

/** What decoding a conversation gathers besides its contents. */
export class Gathered {
  readonly system: Part[] = [];
  readonly items: ConversationItem[] = [];
  readonly remoteMedia: RemoteMedia[] = [];
  readonly warnings = new Set<string>();
  /** A tool's name by the id of its call. */
  readonly callNames = new Map<string, string>();
  /** The source of the newest signature that came back. */
  signedBy: string | undefined;

  /** `signedThoughts`: the model wants its own thoughts back. */
  constructor(readonly fields: FieldReader, readonly signedThoughts = false) {}

  add(kind: "user" | "model", parts: readonly Part[]): void {
    if (parts.length > 0) this.items.push({ kind, parts });
  }

  /** For a model that takes no system instruction, or a request with nothing else: it becomes the first turn. */
  moveSystem(): void {
    const parts = this.system.splice(0);
    if (parts.length > 0) this.items.unshift({ kind: "user", parts });
  }
}
