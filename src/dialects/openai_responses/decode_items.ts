import { isObject } from "../../core/mod.ts";
import { decodeCarrier, signedThought } from "../../gemini/mod.ts";
import type { Conversation } from "./conversation.ts";
import {
  decodeCallOutput,
  decodeClientCall,
  decodeCustomCall,
  decodeFunctionCall,
  decodeMcpCall,
} from "./decode_calls.ts";
import { decodeContent } from "./decode_content.ts";
import { textPart } from "./decode_media.ts";

type Item = Record<string, unknown>;

/** An input item with the field that it stands in, in the client's words. */
export interface PlacedItem {
  readonly item: unknown;
  readonly at: string;
}

/** All input items in order. Items that Gemini has no use for are left out, as agents send their whole history. */
export function decodeItems(items: readonly PlacedItem[], chat: Conversation): void {
  for (const { item, at } of items) decodeItem(chat.fields.object(item, at), at, chat);
}

function decodeItem(item: Item, at: string, chat: Conversation): void {
  switch (item.type ?? "message") {
    case "message":
      return decodeMessage(item, at, chat);
    case "reasoning":
      return decodeReasoning(item, chat);
    case "function_call":
      return decodeFunctionCall(item, at, chat);
    case "custom_tool_call":
      return decodeCustomCall(item, at, chat);
    case "local_shell_call":
    case "shell_call":
    case "apply_patch_call":
    case "computer_call":
      return decodeClientCall(item, at, chat);
    case "function_call_output":
    case "custom_tool_call_output":
    case "local_shell_call_output":
    case "shell_call_output":
    case "apply_patch_call_output":
    case "computer_call_output":
      return decodeCallOutput(item, at, chat);
    case "mcp_call":
      return decodeMcpCall(item, at, chat);
    case "code_interpreter_call":
      return chat.add("model", textPart(codeText(item)));
    case "image_generation_call":
      return decodeGeneratedImage(item, chat);
    case "additional_tools":
      return;
    default:
      return leaveOut(item, at, chat);
  }
}

/** Items of OpenAI's own tools, and new ones of histories, mean nothing to Gemini; one with content of its own is not lost silently. */
function leaveOut(item: Item, at: string, chat: Conversation): void {
  const type = chat.fields.string(item.type, `${at}.type`);
  if (item.content !== undefined || item.role !== undefined) {
    chat.fields.refuse(`${at}.type`, `Unknown item type "${type}" at ${at}.type.`);
  } else chat.warnings.add(`Items of type ${type} were left out: Gemini has no counterpart.`);
}

function decodeMessage(item: Item, at: string, chat: Conversation): void {
  const parts = decodeContent(item.content, `${at}.content`, chat);
  switch (item.role) {
    case "user":
      return chat.add("user", parts);
    case "assistant":
      return chat.add("model", parts);
    case "system":
    case "developer":
      if (chat.items.length > 0) return chat.add("user", parts);
      chat.system.push(...parts);
      return;
    default:
      chat.fields.refuse(
        `${at}.role`,
        `Invalid role at ${at}.role. Use user, assistant, system or developer.`,
      );
  }
}

/** Reasoning is sent back to models that sign it, and to no other; of all others only a signature of ours is taken. */
function decodeReasoning(item: Item, chat: Conversation): void {
  const carried = decodeCarrier(item.encrypted_content);
  if (chat.signedThoughts) {
    const texts = Array.isArray(item.summary) ? item.summary.filter(isObject) : [];
    const text = texts.map((part) => typeof part.text === "string" ? part.text : "").join("");
    // OpenAI's own encrypted reasoning is long, too, so only what this proxy carried counts.
    const part = carried === undefined ? undefined : signedThought(text, undefined, carried);
    if (part !== undefined) chat.add("model", [part]);
  }
  chat.pendingSignature = carried?.ofThought === true ? undefined : carried?.signature;
  if (carried?.signature !== undefined) chat.signedBy = carried.source;
}

/** An image model wants each image of its own back with its signature, which the item's id carries. */
function decodeGeneratedImage(item: Item, chat: Conversation): void {
  if (typeof item.result !== "string" || item.result === "") return;
  const format = typeof item.output_format === "string" ? item.output_format : "png";
  const carried = decodeCarrier(item.id);
  if (carried?.signature !== undefined) chat.signedBy = carried.source;
  chat.add("model", [{
    inlineData: { mimeType: `image/${format}`, data: item.result },
    ...(carried?.signature === undefined ? {} : { thoughtSignature: carried.signature }),
  }]);
}

function codeText(item: Item): string {
  return typeof item.code === "string" && item.code !== "" ? `\`\`\`python\n${item.code}\n\`\`\`` : "";
}
