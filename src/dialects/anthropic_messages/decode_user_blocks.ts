import { type Part, toolResponse } from "../../gemini/mod.ts";
import type { Conversation } from "./conversation.ts";
import { decodeSource, textPart } from "./decode_media.ts";

/** Uploads into containers, thoughts and what Anthropic's own tools gave: they mean nothing to Gemini. */
const IGNORED = /^(container_upload|thinking|redacted_thinking|tool_reference|compaction|.+_tool_result)$/;

/** A user message: results of tools and the rest, in their order. */
export function decodeUserMessage(content: unknown, path: string, chat: Conversation): void {
  if (typeof content === "string") return chat.add("user", textPart(content));
  chat.fields.list(content, path).forEach((value, index) => {
    const at = `${path}[${index}]`;
    const block = chat.fields.object(value, at);
    if (block.type === "tool_result") decodeToolResult(block, at, chat);
    else chat.add("user", decodeUserBlock(block, at, chat));
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
    case undefined:
      chat.fields.string(block.type, `${at}.type`);
      return [];
    default: {
      const type = chat.fields.string(block.type, `${at}.type`);
      if (IGNORED.test(type)) {
        chat.warnings.add(`Content of type ${type} was left out: Gemini has no counterpart.`);
      } else chat.fields.refuse(`${at}.type`, `Unknown content type "${type}" at ${at}.type.`);
      return [];
    }
  }
}

function decodeDocument(block: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  const title = chat.fields.optionalString(block.title, `${at}.title`);
  const context = chat.fields.optionalString(block.context, `${at}.context`);
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
    const block = chat.fields.object(value, `${path}[${index}]`);
    if (block.type === "tool_reference") return textPart(`Tool available: ${String(block.tool_name)}`);
    return decodeUserBlock(block, `${path}[${index}]`, chat);
  });
}
