import { type Fields, fields, list, text } from "../shared/chat/fields.ts";

/** One part of a turn. */
export type KeptPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "thought"; readonly text: string }
  | { readonly kind: "call"; readonly name: string; readonly text: string }
  | { readonly kind: "result"; readonly name: string; readonly text: string }
  | { readonly kind: "media"; readonly type: string };

export interface KeptTurn {
  readonly role: "system" | "user" | "model" | "tool";
  readonly parts: readonly KeptPart[];
}

const ROLES: Readonly<Record<string, KeptTurn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "model",
  model: "model",
  tool: "tool",
  function: "tool",
};

function roleOf(value: unknown): KeptTurn["role"] {
  return ROLES[text(value)] ?? "user";
}

function words(value: unknown): string {
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value, null, 2);
}

/** The pieces of a content of any dialect: a string, a part, or a list of parts. */
function partsOf(content: unknown): readonly KeptPart[] {
  if (typeof content === "string") return content === "" ? [] : [{ kind: "text", text: content }];
  if (Array.isArray(content)) return content.flatMap(partsOf);
  const part = fields(content);
  return textParts(part) ?? toolParts(part) ?? mediaParts(part);
}

function textParts(part: Fields): readonly KeptPart[] | undefined {
  if (typeof part["thinking"] === "string") return [{ kind: "thought", text: part["thinking"] }];
  if (typeof part["text"] !== "string") return undefined;
  return part["text"] === ""
    ? []
    : [{ kind: part["thought"] === true ? "thought" : "text", text: part["text"] }];
}

function toolParts(part: Fields): readonly KeptPart[] | undefined {
  const { functionCall, functionResponse, type } = part;
  if (functionCall !== undefined) {
    const call = fields(functionCall);
    return [{ kind: "call", name: text(call["name"]), text: words(call["args"]) }];
  }
  if (functionResponse !== undefined) {
    const answer = fields(functionResponse);
    return [{ kind: "result", name: text(answer["name"]), text: words(answer["response"]) }];
  }
  if (type === "tool_use") return [{ kind: "call", name: text(part["name"]), text: words(part["input"]) }];
  if (type === "tool_result") {
    return [{ kind: "result", name: text(part["tool_use_id"]), text: plain(part["content"]) }];
  }
  return undefined;
}

function plain(content: unknown): string {
  return typeof content === "string"
    ? content
    : list(content).map((part) => text(fields(part)["text"])).join("\n") || words(content);
}

function mediaParts(part: Fields): readonly KeptPart[] {
  const inline = fields(part["inlineData"] ?? part["inline_data"] ?? part["fileData"] ?? part["file_data"]);
  const type = text(inline["mimeType"]) || text(inline["mime_type"]) ||
    text(fields(part["source"])["media_type"]) || text(part["type"]);
  return type === "" ? [] : [{ kind: "media", type }];
}

/** Calls that a message of OpenAI's chat makes beside its words. */
function chatCalls(message: Fields): readonly KeptPart[] {
  return list(message["tool_calls"]).map((one) => {
    const call = fields(fields(one)["function"]);
    return { kind: "call" as const, name: text(call["name"]), text: text(call["arguments"]) };
  });
}

function messageTurn(value: unknown): KeptTurn {
  const message = fields(value);
  const role = roleOf(message["role"]);
  const thought = text(message["reasoning_content"]);
  const parts: KeptPart[] = [
    ...(thought === "" ? [] : [{ kind: "thought" as const, text: thought }]),
    ...(role === "tool"
      ? [{ kind: "result" as const, name: text(message["name"]), text: plain(message["content"]) }]
      : partsOf(message["content"] ?? message["parts"])),
    ...chatCalls(message),
  ];
  return { role, parts };
}

/** An item of OpenAI's responses: a message, a call, its answer, a thought. */
function itemTurn(value: unknown): KeptTurn {
  const item = fields(value);
  switch (item["type"]) {
    case "function_call":
      return {
        role: "model",
        parts: [{ kind: "call", name: text(item["name"]), text: text(item["arguments"]) }],
      };
    case "function_call_output":
      return { role: "tool", parts: [{ kind: "result", name: "", text: words(item["output"]) }] };
    case "reasoning":
      return {
        role: "model",
        parts: list(item["summary"]).map((one) => ({ kind: "thought", text: text(fields(one)["text"]) })),
      };
    default:
      return messageTurn(item);
  }
}

function systemTurns(content: unknown): readonly KeptTurn[] {
  const parts = partsOf(fields(content)["parts"] ?? content);
  return parts.length === 0 ? [] : [{ role: "system", parts }];
}

/** The request as turns; undefined for a body that is not a conversation. */
export function requestTurns(body: string): readonly KeptTurn[] | undefined {
  const sent = jsonOf(body);
  if (sent === undefined) return undefined;
  const system = systemTurns(
    sent["system"] ?? sent["instructions"] ?? sent["systemInstruction"] ?? sent["system_instruction"],
  );
  const { messages, contents, input } = sent;
  const turns = Array.isArray(messages)
    ? messages.map(messageTurn)
    : Array.isArray(contents)
    ? contents.map(messageTurn)
    : Array.isArray(input)
    ? input.map(itemTurn)
    : typeof input === "string"
    ? [{ role: "user" as const, parts: partsOf(input) }]
    : [];
  const all = [...system, ...turns].filter(({ parts }) => parts.length > 0);
  return all.length === 0 ? undefined : all;
}

function jsonOf(body: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return fields(Array.isArray(value) ? value[0] : value);
  } catch {
    return undefined;
  }
}

/** The parts of one reply, or of one event of a stream. */
function replyParts(value: unknown): readonly KeptPart[] {
  const reply = fields(value);
  const [candidate] = list(reply["candidates"]);
  if (candidate !== undefined) return partsOf(fields(fields(candidate)["content"])["parts"]);
  const [choice] = list(reply["choices"]);
  if (choice !== undefined) {
    const { message, delta } = fields(choice);
    return messageTurn(message ?? delta).parts;
  }
  if (Array.isArray(reply["output"])) return reply["output"].flatMap((item) => itemTurn(item).parts);
  if (Array.isArray(reply["content"])) return partsOf(reply["content"]);
  return eventParts(reply);
}

/** An event of the streams of Anthropic and of OpenAI's responses. */
function eventParts(event: Fields): readonly KeptPart[] {
  const { type, delta } = event;
  if (type === "response.output_text.delta") return [{ kind: "text", text: text(delta) }];
  if (type === "response.reasoning_summary_text.delta") return [{ kind: "thought", text: text(delta) }];
  if (type === "response.output_item.done" && fields(event["item"])["type"] === "function_call") {
    return itemTurn(event["item"]).parts;
  }
  if (type === "content_block_start") return toolParts(fields(event["content_block"])) ?? [];
  const { text: said, thinking } = fields(delta);
  if (typeof thinking === "string") return [{ kind: "thought", text: thinking }];
  return typeof said === "string" ? [{ kind: "text", text: said }] : [];
}

/** Pieces of one kind that follow each other become one. */
function joined(parts: readonly KeptPart[]): readonly KeptPart[] {
  const all: KeptPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    const same = last?.kind === part.kind && (part.kind === "text" || part.kind === "thought");
    if (same && (last.kind === "text" || last.kind === "thought")) {
      all[all.length - 1] = { kind: last.kind, text: last.text + part.text };
    } else all.push(part);
  }
  return all;
}

/** The reply as a turn, whole or from the events of a stream; undefined when there is nothing to show. */
export function replyTurn(body: string): KeptTurn | undefined {
  const whole = jsonOf(body);
  const parts = whole === undefined
    ? body.split(/\r?\n/).filter((line) => line.startsWith("data:")).flatMap((line) => {
      const event = jsonOf(line.slice(5));
      return event === undefined ? [] : replyParts(event);
    })
    : replyParts(whole);
  const found = joined(parts);
  return found.length === 0 ? undefined : { role: "model", parts: found };
}
