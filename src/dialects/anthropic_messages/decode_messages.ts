import { isObject, type JsonObject } from "../../core/mod.ts";
import {
  decodeCarrier,
  parseArguments,
  type Part,
  picturesInText,
  signedThought,
  toolResponse,
  wellFormed,
} from "../../gemini/mod.ts";
import { isStray, unknownText, warnRole } from "../unknown.ts";
import type { Conversation } from "./messages_context.ts";
import { decodeSource, textPart } from "./decode_media.ts";
import { isToolChange } from "./decode_tools.ts";

/** It changes with every turn, which would defeat Gemini's implicit cache, and has no meaning for a model. */
const BILLING_HEADER = "x-anthropic-billing-header";

/** The `system` field: a text or blocks of text, one part each. */
export function decodeSystem(system: unknown, chat: Conversation): void {
  if (system !== undefined && system !== null) {
    chat.system.push(...systemTexts(system, "system", chat).map(asPart));
  }
}

/** All messages in order; leading ones of role system go to the system instruction, later ones stay in place as user text. */
export function decodeMessages(messages: unknown, chat: Conversation): void {
  const list = chat.fields.list(messages, "messages");
  if (Array.isArray(messages) && list.length === 0) {
    chat.fields.refuse("messages", "messages must not be empty. Send at least one message.");
  }
  list.forEach((value, index) => {
    const at = `messages[${index}]`;
    if (isStray(value)) {
      return chat.add("user", textPart(unknownText(value, "Items", chat.warnings)));
    }
    const message = chat.fields.object(value, at);
    const content = message.content ?? [];
    switch (message.role) {
      case "user":
        return decodeUserMessage(content, `${at}.content`, chat);
      case "assistant":
        return decodeAssistantContent(content, `${at}.content`, chat);
      case "system":
        return addSystem(systemTexts(content, `${at}.content`, chat), chat);
      default:
        warnRole(message.role, chat.warnings);
        return decodeUserMessage(content, `${at}.content`, chat);
    }
  });
}

function addSystem(texts: readonly string[], chat: Conversation): void {
  if (chat.items.length === 0) chat.system.push(...texts.map(asPart));
  else chat.add("user", texts.flatMap((text) => textPart(`<system-reminder>\n${text}\n</system-reminder>`)));
}

function systemTexts(value: unknown, path: string, chat: Conversation): readonly string[] {
  const texts = typeof value === "string" ? [value] : chat.fields.list(value, path).map((entry, index) => {
    if (isObject(entry) && isToolChange(entry)) return "";
    if (!isObject(entry) || (entry.type !== undefined && entry.type !== "text")) {
      return unknownText(entry, "Content", chat.warnings);
    }
    const block = chat.fields.object(entry, `${path}[${index}]`);
    return chat.fields.string(block.text, `${path}[${index}].text`);
  });
  return texts.filter((text) => text !== "" && !text.startsWith(BILLING_HEADER));
}

function asPart(text: string): { text: string } {
  return { text: wellFormed(text) };
}

/** A user message: results of tools and the rest, in their order. */
function decodeUserMessage(content: unknown, path: string, chat: Conversation): void {
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

/**
 * Adds an assistant message's content. Thinking is sent back to models that sign it, and to no other; a
 * signature of ours goes to the tool call that follows it.
 */
function decodeAssistantContent(content: unknown, path: string, chat: Conversation): void {
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

/** A summary replaces everything before it; a compaction without one failed and changes nothing. */
function addCompaction(summary: unknown, chat: Conversation): void {
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

/** Parsing unescapes lone surrogates, which Google's JSON reader refuses. */
function wellFormedInput(input: Record<string, unknown>): JsonObject {
  const json = JSON.stringify(input);
  return /\\ud[89a-f]/.test(json) ? parseArguments(json) : input as JsonObject;
}

type Block = Record<string, unknown>;

/** Decodes an earlier use of Anthropic's own tools as parts of the model's turn; undefined for any other block. */
function serverBlockParts(block: Block, chat: Conversation): readonly Part[] | undefined {
  const type = String(block["type"]);
  if (type === "server_tool_use") return serverCall(block);
  if (!type.endsWith("_tool_result")) return undefined;
  const { content } = block;
  if (/^(bash_)?code_execution_tool_result$/.test(type)) return codeResult(content);
  if (type === "web_search_tool_result") return searchResult(content);
  if (type === "web_fetch_tool_result") return fetchResult(content);
  return textPart(unknownText(block, "Content", chat.warnings));
}

/** Executed code becomes Gemini's code part; a search is represented by its results alone. */
function serverCall({ name, input }: Block): readonly Part[] {
  const given = isObject(input) ? input : {};
  const code = given["code"] ?? given["command"];
  if (!/code_execution/.test(String(name)) || typeof code !== "string") return [];
  return [{ executableCode: { language: "PYTHON", code } }];
}

function codeResult(content: unknown): readonly Part[] {
  if (!isObject(content)) return [];
  const output = [content["stdout"], content["stderr"], content["error_code"]]
    .filter((text) => typeof text === "string" && text !== "").join("\n");
  const good = content["error_code"] === undefined && (content["return_code"] ?? 0) === 0;
  return [{ codeExecutionResult: { outcome: good ? "OUTCOME_OK" : "OUTCOME_FAILED", output } }];
}

function searchResult(content: unknown): readonly Part[] {
  if (!Array.isArray(content)) return [];
  const pages = content.filter(isObject).map((page) => `- ${String(page["title"])} (${String(page["url"])})`);
  return textPart(pages.length === 0 ? "" : `[Web search results]\n${pages.join("\n")}`);
}

function fetchResult(content: unknown): readonly Part[] {
  if (!isObject(content)) return [];
  const document = isObject(content["content"]) ? content["content"] : {};
  const source = isObject(document["source"]) ? document["source"] : {};
  const text = source["type"] === "text" ? String(source["data"] ?? "") : String(content["error_code"] ?? "");
  return textPart(`[Fetched ${String(content["url"] ?? document["title"] ?? "a page")}]\n${text}`.trimEnd());
}

/** The result of a tool that an MCP server ran, which answers the call before it. */
function addMcpResult(block: Block, chat: Conversation): void {
  const callId = String(block["tool_use_id"] ?? "");
  const { content } = block;
  const text = typeof content === "string"
    ? content
    : Array.isArray(content)
    ? content.map((part) => isObject(part) && typeof part["text"] === "string" ? part["text"] : "").join("\n")
    : "";
  const name = chat.callNames.get(callId);
  chat.items.push({
    kind: "result",
    result: {
      callId,
      ...(name === undefined ? {} : { name: chat.names.toGemini(name) }),
      response: block["is_error"] === true ? { error: text } : toolResponse(text),
    },
  });
}
