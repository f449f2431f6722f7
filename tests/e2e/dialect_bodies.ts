/** Bodies that the suites of dialects share: one thing said in every dialect, and what of it reached Google. */
import assert from "node:assert/strict";
import { isObject } from "../../src/core/mod.ts";
import type { UnderTest } from "../support/proxy_under_test.ts";
import { ask, at, type DialectName, frames, generateCalls, type Json, type Told } from "./calls.ts";

/** A declared function in the dialect's form. */
export function toolOf(dialect: DialectName, name: string, schema: unknown): Json {
  if (dialect === "chat") return { type: "function", function: { name, parameters: schema } };
  if (dialect === "messages") return { name, input_schema: schema };
  return { type: "function", name, parameters: schema };
}

/** A wish for JSON by a schema in the dialect's form. */
export function formatOf(dialect: DialectName, schema: unknown): Json {
  if (dialect === "chat") {
    return { response_format: { type: "json_schema", json_schema: { name: "f", schema } } };
  }
  if (dialect === "messages") return { output_config: { format: { type: "json_schema", schema } } };
  return { text: { format: { type: "json_schema", name: "f", schema } } };
}

/** Asks and gives what Google was asked last. */
export async function askedUp(
  t: UnderTest,
  dialect: DialectName,
  more: Json,
): Promise<{ told: Told; up: Json }> {
  const told = await ask(t, dialect, { more });
  assert.equal(told.status, 200, told.text);
  return { told, up: lastUp(t) };
}

export function lastUp(t: UnderTest): Json {
  return JSON.parse(generateCalls(t).at(-1)!.bodyText) as Json;
}

export function warningsOf(told: Told): string {
  return told.headers.get("x-geminitro-warnings") ?? "";
}

/** The tool calls of a whole reply: name and arguments. */
export function callsOf(dialect: DialectName, told: Told): { name: unknown; args: unknown }[] {
  if (dialect === "chat") {
    return list(at(told.json, "choices.0.message.tool_calls")).map((call) => ({
      name: at(call, "function.name"),
      args: JSON.parse(String(at(call, "function.arguments"))),
    }));
  }
  if (dialect === "messages") {
    return list(told.json["content"]).filter(({ type }) => type === "tool_use")
      .map(({ name, input }) => ({ name, args: input }));
  }
  return list(told.json["output"]).filter(({ type }) => type === "function_call")
    .map((call) => ({ name: call["name"], args: JSON.parse(String(call["arguments"])) }));
}

/** The output items of a Responses reply, streamed or not. */
export function itemsOf(told: Told): Json[] {
  if (!told.headers.get("content-type")?.startsWith("text/event-stream")) return list(told.json["output"]);
  return list(at(frames(told.text).at(-1), "response.output"));
}

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A reply of Google's with these parts. */
export function replyOf(parts: readonly object[], more: Json = {}): string {
  return JSON.stringify({
    candidates: [{ content: { role: "model", parts }, finishReason: "STOP", ...more }],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 5, totalTokenCount: 10 },
  });
}

export const JSON_REPLY = { contentType: "application/json; charset=UTF-8" };
