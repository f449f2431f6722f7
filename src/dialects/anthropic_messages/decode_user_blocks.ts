import { isObject } from "../../core/mod.ts";
import { type Part, toolResponse } from "../../gemini/mod.ts";
import { unknownText } from "../unknown.ts";
import type { Conversation } from "./conversation.ts";
import { addCompaction } from "./decode_assistant_blocks.ts";
import { decodeSource, textPart } from "./decode_media.ts";
import { addMcpResult, serverBlockParts } from "./decode_server_blocks.ts";
import { isToolChange } from "./tool_changes.ts";

/** A user message: results of tools and the rest, in their order. */
export function decodeUserMessage(content: unknown, path: string, chat: Conversation): void {
  if (typeof content === "string") return chat.add("user", textPart(content));
  chat.fields.list(content, path).forEach((value, index) => {
    const at = `${path}[${index}]`;
    if (!isObject(value)) return chat.add("user", textPart(unknownText(value, "Content", chat.warnings)));
    if (isToolChange(value)) return;
    if (value.type === "tool_result") decodeToolResult(value, at, chat);
    else if (value.type === "mcp_tool_result") addMcpResult(value, chat);
    else if (value.type === "compaction") addCompaction(value.content, chat);
    else chat.add("user", decodeUserBlock(value, at, chat));
  });
}

function decodeUserBlock(block: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  switch (block.type) {
    case "text":
      return textPart(chat.fields.string(block.text, `${at}.text`));
    case "image":
      return decodeSource(block.source, `${at}.source`, "image", chat);
    case "document":
      return decodeDocument(block, at, chat);
    case "search_result":
      return decodeSearchResult(block, at, chat);
    case "thinking":
    case "redacted_thinking":
      return [];
    default:
      return serverBlockParts(block, chat) ?? textPart(unknownText(block, "Content", chat.warnings));
  }
}

function decodeDocument(block: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  const title = chat.fields.optionalString(block.title, `${at}.title`);
  const context = chat.fields.optionalString(block.context, `${at}.context`);
  if (isObject(block.citations) && block.citations.enabled === true) {
    chat.warnings.add("citations.enabled was left out: Gemini cites no documents.");
  }
  const heading = [title && `Document: ${title}`, context].filter((line) => line).join("\n");
  return [...textPart(heading), ...decodeSource(block.source, `${at}.source`, "document", chat)];
}

function decodeSearchResult(block: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  const head = [block.title, block.source].filter((line) => typeof line === "string").join("\n");
  const body = chat.fields.optionalList(block.content, `${at}.content`).map((value, index) => {
    const text = chat.fields.object(value, `${at}.content[${index}]`);
    return chat.fields.string(text.text, `${at}.content[${index}].text`);
  });
  return textPart([head, ...body].join("\n"));
}

function decodeToolResult(block: Record<string, unknown>, at: string, chat: Conversation): void {
  const callId = chat.fields.string(block.tool_use_id, `${at}.tool_use_id`);
  const parts = decodeResultContent(block.content, `${at}.content`, chat);
  const text = parts.flatMap((part) => part.text === undefined ? [] : [part.text]).join("\n");
  const name = chat.callNames.get(callId);
  chat.items.push({
    kind: "result",
    result: {
      callId,
      ...(name === undefined ? {} : { name: chat.names.toGemini(name) }),
      response: block.is_error === true ? { error: text } : toolResponse(text),
      media: parts.filter((part) => part.text === undefined),
    },
  });
}

function decodeResultContent(content: unknown, path: string, chat: Conversation): readonly Part[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return textPart(content);
  return chat.fields.list(content, path).flatMap((value, index) => {
    if (!isObject(value)) return textPart(unknownText(value, "Content", chat.warnings));
    const block = value;
    if (block.type === "tool_reference") return textPart(`Tool available: ${String(block.tool_name)}`);
    return decodeUserBlock(block, `${path}[${index}]`, chat);
  });
}
