import { isObject } from "../../core/mod.ts";
import { type Part, toolResponse } from "../../gemini/mod.ts";
import { unknownText } from "../unknown.ts";
import type { Conversation } from "./conversation.ts";
import { textPart } from "./decode_media.ts";

type Block = Record<string, unknown>;

/** What Anthropic's own tools did in an earlier turn, as parts of the model's turn; undefined for any other block. */
export function serverBlockParts(block: Block, chat: Conversation): readonly Part[] | undefined {
  const type = String(block["type"]);
  if (type === "server_tool_use") return serverCall(block);
  if (!type.endsWith("_tool_result")) return undefined;
  const { content } = block;
  if (/^(bash_)?code_execution_tool_result$/.test(type)) return codeResult(content);
  if (type === "web_search_tool_result") return searchResult(content);
  if (type === "web_fetch_tool_result") return fetchResult(content);
  return textPart(unknownText(block, "Content", chat.warnings));
}

/** Code that was run is code to Gemini too; a search is told by its results alone. */
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
export function addMcpResult(block: Block, chat: Conversation): void {
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
