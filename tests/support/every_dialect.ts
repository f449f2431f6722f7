/** The same questions put to chat, messages and responses, each in its own words. */
import type { Failure, JsonObject } from "../../src/core/mod.ts";
import {
  anthropicMessages,
  type AnyDialect,
  type ClientCall,
  openaiChat,
  openaiResponses,
} from "../../src/dialects/mod.ts";
import type { TurnEvent } from "../../src/gemini/mod.ts";
import { chunksOf, deepFreeze } from "./chat_fixture.ts";
import { type DecodeOptions, decodeWith, encodeInput, refuseWith, segment } from "./dialect_calls.ts";

type Loose = Record<string, unknown>;

/** What a reply holds, whatever the dialect. */
export interface Told {
  readonly text: string;
  readonly thoughts: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly stop: unknown;
  readonly model: unknown;
}

export interface DialectUnderTest {
  readonly name: "chat" | "messages" | "responses";
  readonly dialect: AnyDialect;
  /** A body that asks `text`, with more top-level fields. */
  body(text: string, more?: Loose): Loose;
  /** One part of user content that is a text, an unknown one, and the field in which it stands. */
  withUnknownContent(): Loose;
  /** Tools with this JSON Schema as their parameters; the first is "f". */
  tools(...schemas: unknown[]): Loose;
  effort(word: string): Loose;
  /** A step of a tool loop: a call of f, its result, and a signature in the dialect's own field. */
  loop(signature: unknown): Loose;
  told(reply: JsonObject): Told;
}

const user = (content: unknown) => ({ role: "user", content });
const list = (value: unknown): Loose[] => Array.isArray(value) ? value as Loose[] : [];
const named = (schemas: readonly unknown[]) =>
  schemas.map((schema, index) => ({ schema, name: "fghij"[index]! }));

const chat: DialectUnderTest = {
  name: "chat",
  dialect: openaiChat,
  body: (text, more = {}) => ({ model: "m", messages: [user(text)], ...more }),
  withUnknownContent: () => ({ model: "m", messages: [user([{ type: "hologram", data: "x" }])] }),
  tools: (...schemas) => ({
    tools: named(schemas).map(({ schema, name }) => ({
      type: "function",
      function: { name, parameters: schema },
    })),
  }),
  effort: (word) => ({ reasoning_effort: word }),
  loop: (signature) => ({
    messages: [
      user("go"),
      {
        role: "assistant",
        content: null,
        tool_calls: [{
          id: "c1",
          type: "function",
          function: { name: "f", arguments: "{}" },
          extra_content: { google: { thought_signature: signature } },
        }],
      },
      { role: "tool", tool_call_id: "c1", content: "ok" },
    ],
  }),
  told(reply) {
    const [choice] = list(reply["choices"]);
    const message = (choice?.["message"] ?? {}) as Loose;
    return {
      text: String(message["content"] ?? ""),
      thoughts: String(message["reasoning_content"] ?? ""),
      calls: list(message["tool_calls"]).map((call) => {
        const made = call["function"] as { name: string; arguments: string };
        return { name: made.name, args: JSON.parse(made.arguments) };
      }),
      stop: choice?.["finish_reason"],
      model: reply["model"],
    };
  },
};

const messages: DialectUnderTest = {
  name: "messages",
  dialect: anthropicMessages,
  body: (text, more = {}) => ({
    model: "m",
    max_tokens: 9_000,
    thinking: { type: "adaptive" },
    messages: [user(text)],
    ...more,
  }),
  withUnknownContent: () => ({
    model: "m",
    max_tokens: 5,
    messages: [user([{ type: "hologram", data: "x" }])],
  }),
  tools: (...schemas) => ({
    tools: named(schemas).map(({ schema, name }) => ({ name, input_schema: schema })),
  }),
  effort: (word) => ({ thinking: undefined, output_config: { effort: word } }),
  loop: (signature) => ({
    messages: [
      user("go"),
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature },
          { type: "tool_use", id: "c1", name: "f", input: {} },
        ],
      },
      user([{ type: "tool_result", tool_use_id: "c1", content: "ok" }]),
    ],
  }),
  told(reply) {
    const blocks = list(reply["content"]);
    return {
      text: blocks.map((block) => String(block["text"] ?? "")).join(""),
      thoughts: blocks.map((block) => String(block["thinking"] ?? "")).join(""),
      calls: blocks.filter(({ type }) => type === "tool_use").map(({ name, input }) => ({
        name: String(name),
        args: input,
      })),
      stop: reply["stop_reason"],
      model: reply["model"],
    };
  },
};

const responses: DialectUnderTest = {
  name: "responses",
  dialect: openaiResponses,
  body: (text, more = {}) => ({ model: "m", input: text, ...more }),
  withUnknownContent: () => ({ model: "m", input: [user([{ type: "hologram", data: "x" }])] }),
  tools: (...schemas) => ({
    tools: named(schemas).map(({ schema, name }) => ({ type: "function", name, parameters: schema })),
  }),
  effort: (word) => ({ reasoning: { effort: word } }),
  loop: (signature) => ({
    input: [
      user("go"),
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: signature },
      { type: "function_call", call_id: "c1", name: "f", arguments: "{}" },
      { type: "function_call_output", call_id: "c1", output: "ok" },
    ],
  }),
  told(reply) {
    const output = list(reply["output"]);
    return {
      text: output.flatMap((item) => list(item["content"])).map((part) => String(part["text"] ?? "")).join(
        "",
      ),
      thoughts: output.flatMap((item) => list(item["summary"])).map(({ text }) => String(text)).join(""),
      calls: output.filter(({ type }) => type === "function_call").map((item) => ({
        name: String(item["name"]),
        args: JSON.parse(String(item["arguments"])),
      })),
      stop: reply["status"],
      model: reply["model"],
    };
  },
};

export const EVERY_DIALECT: readonly DialectUnderTest[] = [chat, messages, responses];

export function decode(
  under: DialectUnderTest,
  body: Loose,
  options: DecodeOptions = {},
): ClientCall<unknown> {
  return decodeWith(under.dialect, deepFreeze(body), options);
}

export function refuse(under: DialectUnderTest, body: Loose, options: DecodeOptions = {}): Failure {
  return refuseWith(under.dialect, deepFreeze(body), options);
}

/** Events of an event stream of Gemini's, its bytes in pieces of `size`. */
export function eventsOfBytes(text: string, size = Infinity): TurnEvent[] {
  const events = segment(chunksOf(text, size));
  if (events === undefined) throw new Error("no usable turn");
  return events;
}

/** The whole reply and the stream of these chunks, for a body. */
export function encode(under: DialectUnderTest, events: readonly TurnEvent[], body: Loose) {
  const { context } = decode(under, body);
  const stream = under.dialect.encodeStream(encodeInput(context));
  return {
    reply: under.told(under.dialect.encodeReply(events, encodeInput(context))),
    stream: events.map((event) => stream.push(event)).join(""),
  };
}
