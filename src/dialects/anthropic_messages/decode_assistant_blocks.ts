import { isObject, type JsonObject } from "../../core/mod.ts";
import {
  decodeCarrier,
  parseArguments,
  type Part,
  picturesInText,
  signedThought,
  wellFormed,
} from "../../gemini/mod.ts";
import { unknownText } from "../unknown.ts";
import type { Conversation } from "./conversation.ts";
import { decodeSource, textPart } from "./decode_media.ts";
import { addMcpResult, serverBlockParts } from "./decode_server_blocks.ts";

/**
 * Adds an assistant message's content. Thinking is sent back to models that sign it, and to no other; a signature of ours goes to
 * the tool call it stands before.
 */
export function decodeAssistantContent(content: unknown, path: string, chat: Conversation): void {
  if (typeof content === "string") return chat.add("model", picturesInText(wellFormed(content)));
  let parts: Part[] = [];
  let signature: string | undefined;
  chat.fields.optionalList(content, path).forEach((value, index) => {
    const at = `${path}[${index}]`;
    if (!isObject(value)) return parts.push(...textPart(unknownText(value, "Content", chat.warnings)));
    const block = value;
    switch (block.type) {
      case "thinking":
        signature = readCarrier(block.signature, chat);
        parts.push(...thoughtParts(block, chat));
        break;
      case "redacted_thinking":
        signature = readCarrier(block.data, chat);
        break;
      case "text":
        parts.push(...picturesInText(wellFormed(chat.fields.string(block.text, `${at}.text`))));
        signature = undefined;
        break;
      case "image":
        parts.push(...decodeSource(block.source, `${at}.source`, "image", chat));
        break;
      case "mcp_tool_use":
      case "tool_use":
        parts.push(decodeToolUse(block, at, signature, chat));
        signature = undefined;
        break;
      case "mcp_tool_result":
        chat.add("model", parts);
        parts = [];
        addMcpResult(block, chat);
        break;
      case "compaction":
        parts = [];
        addCompaction(block.content, chat);
        break;
      default:
        parts.push(
          ...serverBlockParts(block, chat) ?? textPart(unknownText(block, "Content", chat.warnings)),
        );
    }
  });
  chat.add("model", parts);
}

/** A summary stands for everything that was before it; a compaction without one failed and changes nothing. */
export function addCompaction(summary: unknown, chat: Conversation): void {
  if (typeof summary !== "string" || summary === "") {
    chat.warnings.add("A compaction without a summary was left out.");
    return;
  }
  chat.items.length = 0;
  chat.add("user", textPart(`[Summary of the conversation so far]\n${summary}`));
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
