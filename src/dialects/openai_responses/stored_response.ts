import { isObject, type Json, type JsonObject } from "../../core/mod.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import type { PlacedItem } from "./decode_items.ts";
import { encodeReply } from "./encode_reply.ts";
import type { FieldReader } from "../field_reader.ts";
import { responseOfItem } from "./response_object.ts";
import type { ResponsesContext } from "./responses_context.ts";

/** The value to keep: the response itself, and the conversation with its output as input items, so that a chain replays. Undefined when the client wants nothing kept or the response failed. */
export function storableOf(
  events: readonly TurnEvent[],
  input: EncodeInput<ResponsesContext>,
): { id: string; value: Json } | undefined {
  if (!input.context.store) return undefined;
  const response = encodeReply(events, input);
  if (response.status === "failed" || response.status === "in_progress") return undefined;
  const output = response.output as readonly Json[];
  return {
    id: response.id as string,
    value: { v: 1, response, items: [...input.context.history, ...output] },
  };
}

/** Ids of stored responses that a body refers to: its predecessor and those whose items it references. */
export function referencesOf(body: unknown): readonly string[] {
  if (!isObject(body)) return [];
  const ids = new Set<string>();
  if (typeof body.previous_response_id === "string") ids.add(body.previous_response_id);
  for (const item of Array.isArray(body.input) ? body.input : []) {
    const id = referenceOf(item);
    const response = id === undefined ? undefined : responseOfItem(id);
    if (response !== undefined) ids.add(response);
  }
  return [...ids];
}

/** The items of the conversation: those of the predecessor, then the input with its references resolved. */
export function resolveItems(
  body: Record<string, unknown>,
  stored: ReadonlyMap<string, Json>,
  fields: FieldReader,
): readonly PlacedItem[] {
  const earlier = previousItems(body.previous_response_id, stored, fields);
  const input = typeof body.input === "string"
    ? [{ type: "message", role: "user", content: body.input }]
    : body.input === undefined && earlier.length > 0
    ? []
    : fields.list(body.input, "input");
  return [
    ...earlier.map((item) => ({ item, at: "previous_response_id" })),
    ...input.map((item, index) => {
      const at = `input[${index}]`;
      const id = referenceOf(item);
      return { item: id === undefined ? item : findItem(id, at, earlier, stored, fields), at };
    }),
  ];
}

function previousItems(id: unknown, stored: ReadonlyMap<string, Json>, fields: FieldReader): readonly Json[] {
  const name = fields.optionalString(id, "previous_response_id");
  if (name === undefined) return [];
  const value = stored.get(name);
  if (isObject(value) && Array.isArray(value.items)) return value.items as Json[];
  fields.refuse(
    "previous_response_id",
    `Previous response with id '${name}' not found. Send the whole conversation in input instead.`,
    "previous_response_not_found",
  );
  return [];
}

function referenceOf(item: unknown): string | undefined {
  if (!isObject(item) || typeof item.id !== "string") return undefined;
  return item.type === "item_reference" || (item.type === undefined && item.role === undefined)
    ? item.id
    : undefined;
}

function findItem(
  id: string,
  at: string,
  earlier: readonly Json[],
  stored: ReadonlyMap<string, Json>,
  fields: FieldReader,
): Json {
  const value = stored.get(responseOfItem(id) ?? "");
  const items = isObject(value) && Array.isArray(value.items) ? value.items as Json[] : [];
  const found = [...items, ...earlier].find((item) => isObject(item) && item.id === id);
  if (found !== undefined) return found;
  fields.refuse(
    `${at}.id`,
    `Item with id '${id}' not found. Send the item itself in input instead.`,
    "item_not_found",
  );
  return { type: "item_reference", id };
}

/** The events of a finished response, for a client that reconnects to it: each item whole in one delta. */
export function replayEvents(response: JsonObject): readonly JsonObject[] {
  const events: JsonObject[] = [];
  const emit = (type: string, more: JsonObject) =>
    events.push({ type, sequence_number: events.length, ...more });
  const begun = { ...response, status: "in_progress", output: [], usage: null };
  emit("response.created", { response: begun });
  emit("response.in_progress", { response: begun });
  const output = Array.isArray(response["output"]) ? response["output"] : [];
  output.filter(isObject).forEach((item, index) => replayItem(item as JsonObject, index, emit));
  const end = response["status"] === "incomplete" ? "response.incomplete" : "response.completed";
  emit(end, { response });
  return events;
}

type Emit = (type: string, more: JsonObject) => void;

function replayItem(item: JsonObject, output_index: number, emit: Emit): void {
  const item_id = typeof item["id"] === "string" ? item["id"] : "";
  const at = { item_id, output_index };
  const empty = item["type"] === "message"
    ? { content: [] }
    : item["type"] === "reasoning"
    ? { summary: [] }
    : item["type"] === "function_call"
    ? { arguments: "" }
    : item["type"] === "custom_tool_call"
    ? { input: "" }
    : {};
  emit("response.output_item.added", { output_index, item: { ...item, ...empty, status: "in_progress" } });
  for (const [content_index, part] of objects(item["content"]).entries()) {
    replayPart(part, { ...at, content_index }, emit);
  }
  for (const [summary_index, part] of objects(item["summary"]).entries()) {
    const place = { ...at, summary_index };
    const text = part["text"] ?? "";
    emit("response.reasoning_summary_part.added", { ...place, part: { ...part, text: "" } });
    emit("response.reasoning_summary_text.delta", { ...place, delta: text });
    emit("response.reasoning_summary_text.done", { ...place, text });
    emit("response.reasoning_summary_part.done", { ...place, part });
  }
  if (item["type"] === "function_call") {
    emit("response.function_call_arguments.delta", { ...at, delta: item["arguments"] ?? "" });
    emit("response.function_call_arguments.done", {
      ...at,
      name: item["name"] ?? "",
      arguments: item["arguments"] ?? "",
    });
  }
  if (item["type"] === "custom_tool_call") {
    emit("response.custom_tool_call_input.delta", { ...at, delta: item["input"] ?? "" });
    emit("response.custom_tool_call_input.done", { ...at, input: item["input"] ?? "" });
  }
  emit("response.output_item.done", { output_index, item });
}

function replayPart(part: JsonObject, place: JsonObject, emit: Emit): void {
  const refusal = part["type"] === "refusal";
  const text = (refusal ? part["refusal"] : part["text"]) ?? "";
  const field = refusal ? "refusal" : "text";
  const kind = refusal ? "refusal" : "output_text";
  emit("response.content_part.added", { ...place, part: { ...part, [field]: "" } });
  emit(`response.${kind}.delta`, { ...place, delta: text, ...(refusal ? {} : { logprobs: [] }) });
  emit(`response.${kind}.done`, { ...place, [field]: text, ...(refusal ? {} : { logprobs: [] }) });
  emit("response.content_part.done", { ...place, part });
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item): item is JsonObject => isObject(item)) : [];
}

/** The input of a stored response, as items with ids: what was kept of the conversation before the response's own output. */
export function inputItems(stored: JsonObject): readonly JsonObject[] {
  const response = isObject(stored["response"]) ? stored["response"] as JsonObject : {};
  const own = Array.isArray(response["output"]) ? response["output"].length : 0;
  const all = objects(stored["items"]);
  return all.slice(0, all.length - own).map((item, index) => ({
    ...item,
    type: item["type"] ?? "message",
    id: item["id"] ?? `item_${String(response["id"] ?? "").slice(-24)}_${index}`,
    ...(typeof item["content"] === "string"
      ? {
        content: [{
          type: item["role"] === "assistant" ? "output_text" : "input_text",
          text: item["content"],
        }],
      }
      : {}),
  }));
}
