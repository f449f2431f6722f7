import { isObject, type JsonObject } from "../../core/mod.ts";
import { decodeCarrier, parseArguments, type Part, signedThought } from "../../gemini/mod.ts";
import type { Conversation } from "./conversation.ts";
import { textPart } from "./decode_media.ts";

/**
 * An assistant message's content. Thinking is sent back to models that sign it, and to no other; a signature of ours goes to
 * the tool call it stands before.
 */
export function decodeAssistantContent(content: unknown, path: string, chat: Conversation): readonly Part[] {
  if (typeof content === "string") return textPart(content);
  const parts: Part[] = [];
  let signature: string | undefined;
  chat.fields.optionalList(content, path).forEach((value, index) => {
    const at = `${path}[${index}]`;
    const block = chat.fields.object(value, at);
    switch (block.type) {
      case "thinking":
        signature = readCarrier(block.signature, chat);
        parts.push(...thoughtParts(block, chat));
        break;
      case "redacted_thinking":
        signature = readCarrier(block.data, chat);
        break;
      case "text":
        parts.push(...textPart(chat.fields.string(block.text, `${at}.text`)));
        signature = undefined;
        break;
      case "tool_use":
        parts.push(decodeToolUse(block, at, signature, chat));
        signature = undefined;
        break;
      case undefined:
        chat.fields.string(block.type, `${at}.type`);
        break;
      default:
        parts.push(...decodeServerBlock(block));
    }
  });
  return parts;
}

function readCarrier(text: unknown, chat: Conversation): string | undefined {
  const carried = decodeCarrier(text);
  if (carried?.signature !== undefined) chat.signedBy = carried.source;
  return carried?.ofThought === true ? undefined : carried?.signature;
}

function thoughtParts(block: Record<string, unknown>, chat: Conversation): readonly Part[] {
  if (!chat.signedThoughts || typeof block.thinking !== "string") return [];
  const part = signedThought(block.thinking, block.signature, decodeCarrier(block.signature));
  return part === undefined ? [] : [part];
}

function decodeToolUse(
  block: Record<string, unknown>,
  at: string,
  signature: string | undefined,
  chat: Conversation,
): Part {
  const id = chat.fields.string(block.id, `${at}.id`);
  const name = chat.fields.string(block.name, `${at}.name`);
  const input = block.input === undefined || block.input === null
    ? {}
    : chat.fields.object(block.input, `${at}.input`);
  chat.callNames.set(id, name);
  return {
    functionCall: { id, name: chat.names.toGemini(name), args: wellFormedInput(input) },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  };
}

/** Parsing brings escaped lone surrogates to life, which Google's JSON reader refuses. */
function wellFormedInput(input: Record<string, unknown>): JsonObject {
  const json = JSON.stringify(input);
  return /\\ud[89a-f]/.test(json) ? parseArguments(json) : input as JsonObject;
}

/** What Anthropic's own tools did, told in words: the searched pages matter to what follows. */
function decodeServerBlock(block: Record<string, unknown>): readonly Part[] {
  if (block.type !== "web_search_tool_result" || !Array.isArray(block.content)) return [];
  const pages = block.content.filter(isObject).map((page) => `- ${String(page.title)} (${String(page.url)})`);
  return textPart(pages.length === 0 ? "" : `[Web search results]\n${pages.join("\n")}`);
}
