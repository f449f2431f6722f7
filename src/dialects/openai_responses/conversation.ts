import type { Part } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { Gathered } from "../gathered.ts";
import type { DecodedTools } from "./decode_tools.ts";

/** What decoding the input items gathers; tools are known by Gemini's names. */
export class Conversation extends Gathered {
  /** What the client says of each image's detail, in order. */
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
