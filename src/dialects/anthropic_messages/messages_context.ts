import type { ToolNames } from "../../gemini/mod.ts";
import { type FieldReader, Gathered } from "../field_reader.ts";
import { isObject, type Json } from "../../core/mod.ts";

/** Facts about the request that the encoders of Anthropic messages need. */
export interface MessagesContext {
  /** The model as the client wrote it. */
  readonly model: string;
  readonly names: ToolNames;
  /**
   * `shown`: thinking blocks with text; `omitted`: thinking blocks with a signature alone; `off`: none, because the
   * client did not ask for thinking.
   */
  readonly thinking: "shown" | "omitted" | "off";
  /** The model signs its thoughts and nothing else, and wants them back. */
  readonly signedThoughts: boolean;
  /** The client declared Anthropic's web search, so its result blocks are understood. */
  readonly webSearch: boolean;
  /** The client declared Anthropic's code execution, so its result blocks are understood. */
  readonly codeExecution?: boolean;
  /** `max_tokens: 0`: the reply holds no content. */
  readonly empty: boolean;
  /** The conversation up to this reply, if the client asked to keep it. */
  readonly thread?: Thread;
}

/** Results of decoding the messages; tools are known by the client's names. */
export class Conversation extends Gathered {
  constructor(fields: FieldReader, readonly names: ToolNames, signedThoughts = false) {
    super(fields, signedThoughts);
  }
}

type Body = Record<string, unknown>;

/** A thread as it is kept under the id of its last reply (beta message-threads-2026-08-12). */
interface Thread {
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
