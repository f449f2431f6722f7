import type { ToolNames } from "../../gemini/mod.ts";

/** What the encoders of a chat completion need to know of its request. */
export interface ChatContext {
  /** As the client wrote it. */
  readonly model: string;
  readonly names: ToolNames;
  /** Client names of tools of type custom, whose input is a bare string. */
  readonly customTools: ReadonlySet<string>;
  /** The request used `functions`, so the reply uses `function_call`. */
  readonly legacyFunctions: boolean;
  readonly includeUsage: boolean;
  /** How the client wants audio: `pcm16` bare, anything else with a WAV header. */
  readonly audioFormat: string;
}
