import type { ToolNames } from "../../gemini/mod.ts";
import type { Thread } from "./threads.ts";

/** What the encoders of Anthropic messages must know of the request. */
export interface MessagesContext {
  /** The model as the client wrote it. */
  readonly model: string;
  readonly names: ToolNames;
  /**
   * `shown`: thinking blocks with text; `omitted`: thinking blocks with a signature alone; `off`: none, because the
   * client did not ask for thinking.
   */
  readonly thinking: "shown" | "omitted" | "off";
  /** The model signs its thoughts and nothing else, and wants them back. */
  readonly signedThoughts: boolean;
  /** The client declared Anthropic's web search, so its result blocks are understood. */
  readonly webSearch: boolean;
  /** The client declared Anthropic's code execution, so its result blocks are understood. */
  readonly codeExecution?: boolean;
  /** `max_tokens: 0`: the reply holds no content. */
  readonly empty: boolean;
  /** The conversation up to this reply, where the client asked that it be held. */
  readonly thread?: Thread;
}
