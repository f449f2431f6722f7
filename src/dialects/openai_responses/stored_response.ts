import { isObject, type Json } from "../../core/mod.ts";
import type { TurnEvent } from "../../gemini/mod.ts";
import type { EncodeInput } from "../contract.ts";
import type { PlacedItem } from "./decode_items.ts";
import { encodeReply } from "./encode_reply.ts";
import type { FieldReader } from "../field_reader.ts";
import { responseOfItem } from "./item_id.ts";
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

/** Ids of stored responses that a body leans on: its predecessor and those whose items it refers to. */
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
