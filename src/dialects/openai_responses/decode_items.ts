import { isObject } from "../../core/mod.ts";
import { decodeCarrier, picturesInText, signedThought, wellFormed } from "../../gemini/mod.ts";
import { unknownText, warnRole } from "../unknown.ts";
import { compactionPrompt, openSummary } from "./compaction.ts";
import type { Conversation } from "./conversation.ts";
import {
  decodeCallOutput,
  decodeClientCall,
  decodeCustomCall,
  decodeFoundTools,
  decodeFunctionCall,
  decodeMcpCall,
} from "./decode_calls.ts";
import { decodeContent } from "./decode_content.ts";
import { textPart } from "./decode_media.ts";

type Item = Record<string, unknown>;

/** An input item with the field that it is in, in the client's words. */
export interface PlacedItem {
  readonly item: unknown;
  readonly at: string;
}

/** All input items in order. Items that Gemini has no use for are left out, as agents send their whole history. */
export function decodeItems(items: readonly PlacedItem[], chat: Conversation): void {
  for (const { item, at } of items) {
    if (isObject(item)) decodeItem(item, at, chat);
    else if (typeof item === "string") chat.add("user", textPart(item));
    else chat.fields.object(item, at);
  }
}

function decodeItem(item: Item, at: string, chat: Conversation): void {
  const type = item.type ?? (item.role === undefined && item.content === undefined ? undefined : "message");
  switch (type) {
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
    case "tool_search_call":
      return decodeClientCall(item, at, chat);
    case "tool_search_output":
      return decodeFoundTools(item, at, chat);
    case "agent_message":
      return decodeAgentMessage(item, at, chat);
    case "compaction":
    case "context_compaction":
    case "compaction_summary":
      return decodeCompaction(item, chat);
    case "compaction_trigger":
      return chat.add("user", [compactionPrompt()]);
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
      return decodeCode(item, chat);
    case "image_generation_call":
      return decodeGeneratedImage(item, chat);
    case "additional_tools":
      return;
    case "item_reference":
      return;
    default:
      return chat.add("user", textPart(unknownText(item, "Items", chat.warnings)));
  }
}

/** What one agent writes to another (Codex, multi_agent_v2); what only OpenAI can read is left out. */
function decodeAgentMessage(item: Item, at: string, chat: Conversation): void {
  const content = Array.isArray(item.content) ? item.content : [item.content];
  const readable = content.flatMap((part): readonly unknown[] => {
    if (!isObject(part) || part.type !== "encrypted_content") return [part];
    const text = part.encrypted_content;
    return typeof text === "string" && !isCiphertext(text) ? [{ type: "input_text", text }] : [];
  });
  if (readable.length < content.length) {
    chat.warnings.add("Encrypted content of an agent's message was left out: only OpenAI can read it.");
  }
  const parts = readable.flatMap((part) =>
    typeof part === "string" ? textPart(part) : decodeContent([part], at, chat)
  );
  const heading = typeof item.author === "string" ? textPart(`[Message from ${item.author}]`) : [];
  if (parts.length > 0) chat.add("user", [...heading, ...parts]);
}

function isCiphertext(text: string): boolean {
  return text.startsWith("gAAAA");
}

/** A compaction stands for the turns that the client has taken out of its history. */
function decodeCompaction(item: Item, chat: Conversation): void {
  const summary = openSummary(item);
  if (summary === undefined) {
    chat.warnings.add(
      "A compaction that another service sealed was left out: only that service can read it.",
    );
    return;
  }
  chat.add("user", textPart(`[Summary of the conversation so far]\n${summary}`));
}

function decodeMessage(item: Item, at: string, chat: Conversation): void {
  const parts = decodeContent(item.content, `${at}.content`, chat);
  switch (item.role) {
    case "user":
      return chat.add("user", parts);
    case "assistant":
      return chat.add(
        "model",
        parts.flatMap((part) => part.text === undefined ? [part] : picturesInText(part.text)),
      );
    case "system":
    case "developer":
      if (chat.items.length > 0) return chat.add("user", parts);
      chat.system.push(...parts);
      return;
    default:
      warnRole(item.role, chat.warnings);
      return chat.add("user", parts);
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

/** Code that was run, with what it gave, is code to Gemini too. */
function decodeCode(item: Item, chat: Conversation): void {
  if (typeof item.code !== "string" || item.code === "") return;
  const logs = (Array.isArray(item.outputs) ? item.outputs : []).filter(isObject)
    .map((output) => typeof output.logs === "string" ? output.logs : "").join("");
  const carried = decodeCarrier(item.id);
  chat.add("model", [
    {
      executableCode: { language: "PYTHON", code: wellFormed(item.code) },
      ...(carried?.signature === undefined ? {} : { thoughtSignature: carried.signature }),
    },
    { codeExecutionResult: { outcome: "OUTCOME_OK", output: wellFormed(logs) } },
  ]);
}
