import { isObject, type JsonObject } from "../../core/mod.ts";
import {
  decodeCarrier,
  parseArguments,
  toolResponse,
  type ToolResult,
  wellFormed,
} from "../../gemini/mod.ts";
import { ownTool, shellOutput } from "./client_tools.ts";
import type { Conversation } from "./conversation.ts";
import { decodeContent } from "./decode_content.ts";
import { toolKey } from "./decode_tools.ts";

type Item = Record<string, unknown>;

/** A call of a function. Its signature comes from the reasoning before it, else from its own id. */
export function decodeFunctionCall(item: Item, at: string, chat: Conversation): void {
  const name = chat.fields.string(item.name, `${at}.name`);
  const namespace = chat.fields.optionalString(item.namespace, `${at}.namespace`);
  addCall(item, at, toolKey(name, namespace), parseArguments(item.arguments), chat);
}

/** A call of a custom tool, which is a function with one text. */
export function decodeCustomCall(item: Item, at: string, chat: Conversation): void {
  const name = chat.fields.string(item.name, `${at}.name`);
  const namespace = chat.fields.optionalString(item.namespace, `${at}.namespace`);
  const input = chat.fields.optionalString(item.input, `${at}.input`) ?? "";
  addCall(item, at, toolKey(name, namespace), { input: wellFormed(input) }, chat);
}

/** Calls of tools that OpenAI defines and the client runs (shell, patches, a computer): told as functions of that name. */
export function decodeClientCall(item: Item, at: string, chat: Conversation): void {
  const name = String(item.type).replace(/_call$/, "");
  const action = ownTool(name)?.args(item) ?? item.action ?? item.operation ?? {};
  addCall(item, at, name, parseArguments(isObject(action) ? action : JSON.stringify(action)), chat);
}

function addCall(item: Item, at: string, key: string, args: JsonObject, chat: Conversation): void {
  const { fields } = chat;
  const id = item.call_id === undefined && typeof item.id === "string"
    ? item.id
    : fields.string(item.call_id ?? (key === "tool_search" ? item.id ?? at : undefined), `${at}.call_id`);
  if (key === "tool_search") chat.lastSearch = id;
  const name = chat.tools.names.toGemini(key);
  const inId = decodeCarrier(item.id);
  const signature = chat.pendingSignature ?? inId?.signature;
  if (signature !== undefined && chat.pendingSignature === undefined) chat.signedBy = inId?.source;
  chat.callNames.set(id, name);
  chat.add("model", [{
    functionCall: { id, name, args },
    ...(signature === undefined ? {} : { thoughtSignature: signature }),
  }]);
}

/** The output of any call: a text, or a list of texts and media. */
export function decodeCallOutput(item: Item, at: string, chat: Conversation): void {
  const callId = item.call_id === undefined && typeof item.id === "string"
    ? item.id
    : chat.fields.string(item.call_id, `${at}.call_id`);
  const name = chat.callNames.get(callId);
  chat.pendingSignature = undefined;
  chat.items.push({
    kind: "result",
    result: {
      callId,
      ...(name === undefined ? {} : { name }),
      ...decodeOutput(item.output, `${at}.output`, chat),
    },
  });
}

function decodeOutput(
  output: unknown,
  path: string,
  chat: Conversation,
): Pick<ToolResult, "response" | "media"> {
  if (isObject(output) && output.type === "computer_screenshot") return decodeOutput([output], path, chat);
  if (!Array.isArray(output)) return { response: toolResponse(output) };
  const shell = shellOutput(output);
  if (shell !== undefined) return { response: { output: wellFormed(shell) } };
  const parts = decodeContent(output, path, chat);
  const texts = parts.flatMap((part) => part.text === undefined ? [] : [part.text]);
  return { response: toolResponse(texts.join("\n")), media: parts.filter((part) => part.text === undefined) };
}

/** What a search for tools found: its tools are declared with the others, and the model is told their names. */
export function decodeFoundTools(item: Item, at: string, chat: Conversation): void {
  const tools = Array.isArray(item.tools) ? item.tools.filter(isObject) : [];
  const found = tools.flatMap((tool) => {
    const inner = Array.isArray(tool.tools) ? tool.tools.filter(isObject) : [tool];
    return inner.map(({ name }) =>
      toolKey(String(name), tool.type === "namespace" ? String(tool.name) : undefined)
    );
  });
  const names = found.map((name) => chat.tools.names.toGemini(name));
  const call = item.call_id ?? chat.lastSearch;
  if (typeof call !== "string") return;
  decodeCallOutput({ call_id: call, output: { tools: names } }, at, chat);
}

/** A call that a server ran: the item holds both the call and what it gave. */
export function decodeMcpCall(item: Item, at: string, chat: Conversation): void {
  const name = chat.fields.string(item.name, `${at}.name`);
  const call = { ...item, call_id: item.id ?? name };
  addCall(call, at, name, parseArguments(item.arguments), chat);
  decodeCallOutput({ call_id: call.call_id, output: item.output ?? item.error ?? "" }, at, chat);
}
