import type { JsonObject } from "../../core/mod.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import type { ChatContext } from "./chat_context.ts";
import { signatureFields } from "./chat_content.ts";

export type ToolCallEvent = Extract<TurnEvent, { type: "tool-call" }>;

/** One entry of `tool_calls`; stream deltas add an index to it. */
export function chatToolCall(event: ToolCallEvent, context: ChatContext): JsonObject {
  const name = context.names.toClient(event.name);
  const extra = signatureFields(event.signature);
  if (context.customTools.has(name)) {
    return { id: event.id, type: "custom", custom: { name, input: customInput(event.args) }, ...extra };
  }
  return { id: event.id, type: "function", function: functionOf(event, context), ...extra };
}

/** `function_call` of the older API, which has neither ids nor parallel calls. */
export function functionOf(event: ToolCallEvent, context: ChatContext): JsonObject {
  return { name: context.names.toClient(event.name), arguments: JSON.stringify(event.args) };
}

function customInput(args: JsonObject): string {
  const { input } = args;
  return typeof input === "string" ? input : JSON.stringify(input ?? args);
}
