import { isObject, type Json } from "../../core/mod.ts";
import type { FieldReader } from "../field_reader.ts";

type Body = Record<string, unknown>;

/** What is kept of a thread under the id of its last reply (beta message-threads-2026-08-12). */
export interface Thread {
  readonly system: Json;
  readonly tools: Json;
  readonly messages: readonly Json[];
}

/** The id of the reply that a body continues from. */
export function threadReferences(body: unknown): readonly string[] {
  const thread = isObject(body) && isObject(body["thread"]) ? body["thread"] : {};
  const id = thread["previous_message_id"];
  return thread["type"] === "continue" && typeof id === "string" ? [id] : [];
}

/** A body with the conversation that its thread holds, and what to keep of it; a body without a thread stays as it is. */
export function withThread(
  body: Body,
  stored: ReadonlyMap<string, Json>,
  fields: FieldReader,
): { readonly body: Body; readonly thread?: Thread } {
  const thread = body["thread"];
  if (thread === undefined || thread === null) return { body };
  if (!isObject(thread)) {
    fields.refuse("thread", "Invalid type for thread: it must be an object.", "invalid_type");
    return { body };
  }
  const [id] = threadReferences(body);
  if (id === undefined) return { body, thread: threadOf(body, []) };
  const value = stored.get(id);
  const held = isObject(value) && isObject(value["thread"]) ? value["thread"] as Body : undefined;
  if (held === undefined || !Array.isArray(held["messages"])) {
    fields.refuse(
      "thread.previous_message_id",
      `No thread is held under '${
        id.slice(0, 100)
      }': it was not created here, was deleted or has expired. Send the whole conversation.`,
      "thread_not_found",
    );
    return { body };
  }
  const messages = [...held["messages"], ...(Array.isArray(body["messages"]) ? body["messages"] : [])];
  const whole = { ...body, system: held["system"] ?? undefined, tools: held["tools"] ?? undefined, messages };
  return { body: whole, thread: threadOf(whole, messages) };
}

function threadOf({ system, tools, messages }: Body, all: readonly unknown[]): Thread {
  const kept = all.length > 0 ? all : Array.isArray(messages) ? messages : [];
  return {
    system: (system ?? null) as Json,
    tools: (tools ?? null) as Json,
    messages: kept as readonly Json[],
  };
}
