import { isObject, type JsonObject } from "../../core/mod.ts";
import {
  decodeCarrier,
  parseArguments,
  type Part,
  picturesInText,
  signedThought,
  toolResponse,
  type ToolResult,
  wellFormed,
} from "../../gemini/mod.ts";
import { unknownText, warnRole } from "../unknown.ts";
import { compactionPrompt, openSummary } from "./compaction.ts";
import type { Conversation } from "./responses_context.ts";
import { decodeAudio, decodeFile, decodeImage, textPart } from "./decode_media.ts";
import { ownTool, shellOutput } from "./client_tools.ts";
import { toolKey } from "./decode_tools.ts";

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

/** A message from one agent to another (Codex, multi_agent_v2); content that only OpenAI can read is left out. */
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

/** A compaction replaces the turns that the client has removed from its history. */
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
    // OpenAI's own encrypted reasoning is also long, so only carriers of this proxy count.
    const part = carried === undefined ? undefined : signedThought(text, undefined, carried);
    if (part !== undefined) chat.add("model", [part]);
  }
  chat.pendingSignature = carried?.ofThought === true ? undefined : carried?.signature;
  if (carried?.signature !== undefined) chat.signedBy = carried.source;
}

/** An image model needs each of its images back with its signature, which is in the item's id. */
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

/** Executed code and its output become Gemini's code parts. */
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

/** A message's or a tool output's content: a text, or a list of typed parts. */
function decodeContent(content: unknown, path: string, chat: Conversation): readonly Part[] {
  if (typeof content === "string") return textPart(content);
  return chat.fields.optionalList(content, path).flatMap((value, index) =>
    isObject(value)
      ? decodePart(value, `${path}[${index}]`, chat)
      : textPart(unknownText(value, "Content", chat.warnings))
  );
}

function decodePart(part: Record<string, unknown>, at: string, chat: Conversation): readonly Part[] {
  switch (part.type) {
    case "input_text":
    case "output_text":
    case "text":
    case "summary_text":
      return textPart(chat.fields.string(part.text, `${at}.text`));
    case "refusal":
      return textPart(chat.fields.string(part.refusal, `${at}.refusal`));
    case "input_image":
    case "computer_screenshot":
      return decodeImage(part, at, chat);
    case "input_file":
      return decodeFile(part, at, chat);
    case "input_audio":
      return decodeAudio(part, at, chat);
    case "image_url":
      return decodeImage(
        { ...part, detail: isObject(part.image_url) ? part.image_url.detail : undefined },
        at,
        chat,
      );
    case "reasoning_text":
      return [];
    default:
      return textPart(unknownText(part, "Content", chat.warnings));
  }
}

/** A call of a function. Its signature comes from the reasoning before it, else from its own id. */
function decodeFunctionCall(item: Item, at: string, chat: Conversation): void {
  const name = chat.fields.string(item.name, `${at}.name`);
  const namespace = chat.fields.optionalString(item.namespace, `${at}.namespace`);
  addCall(item, at, toolKey(name, namespace), parseArguments(item.arguments), chat);
}

/** A call of a custom tool, which is a function with one text. */
function decodeCustomCall(item: Item, at: string, chat: Conversation): void {
  const name = chat.fields.string(item.name, `${at}.name`);
  const namespace = chat.fields.optionalString(item.namespace, `${at}.namespace`);
  const input = chat.fields.optionalString(item.input, `${at}.input`) ?? "";
  addCall(item, at, toolKey(name, namespace), { input: wellFormed(input) }, chat);
}

/**
 * Calls of tools that OpenAI defines and the client runs (shell, patches, a computer): sent as functions of that
 * name.
 */
function decodeClientCall(item: Item, at: string, chat: Conversation): void {
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
function decodeCallOutput(item: Item, at: string, chat: Conversation): void {
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

/** Results of a search for tools: the tools are declared with the others, and the model gets their names. */
function decodeFoundTools(item: Item, at: string, chat: Conversation): void {
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

/** A call that a server ran: the item has both the call and its result. */
function decodeMcpCall(item: Item, at: string, chat: Conversation): void {
  const name = chat.fields.string(item.name, `${at}.name`);
  const call = { ...item, call_id: item.id ?? name };
  addCall(call, at, name, parseArguments(item.arguments), chat);
  decodeCallOutput({ call_id: call.call_id, output: item.output ?? item.error ?? "" }, at, chat);
}
