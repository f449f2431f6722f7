import type { ToolNames } from "../../gemini/mod.ts";
import type { FieldReader } from "../field_reader.ts";
import { Gathered } from "../gathered.ts";

/** What decoding the messages gathers; tools are known by the client's names. */
export class Conversation extends Gathered {
  constructor(fields: FieldReader, readonly names: ToolNames, signedThoughts = false) {
    super(fields, signedThoughts);
  }
}
