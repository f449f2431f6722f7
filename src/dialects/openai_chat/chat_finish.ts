import { finishKind } from "../../gemini/mod.ts";

/** What a candidate gave before it ended. */
export interface Given {
  readonly hasToolCall: boolean;
  readonly hasContent: boolean;
  readonly legacyFunctions: boolean;
}

/** OpenAI's finish_reason for Gemini's; only OpenAI's own words leave here. */
export function chatFinish(reason: string, { hasToolCall, hasContent, legacyFunctions }: Given): string {
  const toolWord = legacyFunctions ? "function_call" : "tool_calls";
  switch (finishKind(reason, hasToolCall)) {
    case "length":
      return "length";
    case "filter":
      return "content_filter";
    case "tool":
      return toolWord;
    case "malformed":
      return hasToolCall ? toolWord : "stop";
    case "other":
      return hasContent ? "stop" : "content_filter";
    case "stop":
      return "stop";
  }
}
