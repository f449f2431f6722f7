/** How the suites of this folder speak to a proxy under test: plain HTTP in each dialect, and what is checked after a call. */
import assert from "node:assert/strict";
import { isObject } from "../../src/core/mod.ts";
import type { SimLogEntry } from "../../src/sim/mod.ts";
import type { UnderTest } from "../support/proxy_under_test.ts";

export const TOKEN = "geminitro";
export const MODEL = "gemini-2.5-flash";

export type Json = Record<string, unknown>;

/** A reply, read to its end. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; empty when it is no JSON object. */
  readonly json: Json;
}

/** Paths of the dialects that generate, and the smallest request of each. */
export const DIALECTS = {
  chat: { path: "/v1/chat/completions", body: chatBody },
  messages: { path: "/v1/messages", body: messagesBody },
  responses: { path: "/v1/responses", body: responsesBody },
} as const;
export type DialectName = keyof typeof DIALECTS;
export const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[];

function chatBody(text: string, more: Json = {}): Json {
  return { model: MODEL, messages: [{ role: "user", content: text }], ...more };
}

function messagesBody(text: string, more: Json = {}): Json {
  return { model: MODEL, max_tokens: 1024, messages: [{ role: "user", content: text }], ...more };
}

function responsesBody(text: string, more: Json = {}): Json {
  return { model: MODEL, input: text, ...more };
}

export interface SendOptions {
  readonly method?: string;
  /** An empty value takes a header out. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** Sends a request with the owner's token; a body that is no text or bytes is sent as JSON. */
export async function send(t: UnderTest, path: string, options: SendOptions = {}): Promise<Response> {
  const { body, signal } = options;
  const headers = Object.entries({
    authorization: `Bearer ${TOKEN}`,
    "content-type": "application/json",
    ...options.headers,
  });
  return await fetch(t.url + path, {
    method: options.method ?? (body === undefined ? "GET" : "POST"),
    headers: headers.filter(([, value]) => value !== ""),
    ...(body === undefined ? {} : { body: bodyOf(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

function bodyOf(body: unknown): BodyInit {
  if (typeof body === "string" || body instanceof ReadableStream) return body;
  return body instanceof Uint8Array ? new Blob([body.slice()]) : JSON.stringify(body);
}

/** Sends and reads the reply whole. */
export async function tell(t: UnderTest, path: string, options: SendOptions = {}): Promise<Told> {
  return await read(await send(t, path, options));
}

export async function read(response: Response): Promise<Told> {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  return { status: response.status, headers: response.headers, text, json: isObject(json) ? json : {} };
}

/** Asks in a dialect, streamed or not. */
export function ask(
  t: UnderTest,
  dialect: DialectName,
  options: { readonly text?: string; readonly stream?: boolean; readonly more?: Json } = {},
): Promise<Told> {
  const { path, body } = DIALECTS[dialect];
  const more = { ...(options.stream === true ? { stream: true } : {}), ...options.more };
  return tell(t, path, { body: body(options.text ?? "hello", more) });
}

/** Asks natively; `method` may carry a query. */
export function askNative(
  t: UnderTest,
  method: string,
  body: unknown = { contents: [{ role: "user", parts: [{ text: "hello" }] }] },
  model = MODEL,
): Promise<Told> {
  return tell(t, `/v1beta/models/${model}:${method}`, { body });
}

/** Digs into a parsed reply by path, for example `choices.0.message.content`. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>(
    (inner, key) => Array.isArray(inner) ? inner[Number(key)] : isObject(inner) ? inner[key] : undefined,
    value,
  );
}

/** The JSON payloads of a server-sent stream, in order; `[DONE]` is left out. */
export function frames(text: string): Json[] {
  return [...text.matchAll(/^data: ?(.*)$/gm)].map((match) => match[1]!).filter((data) => data !== "[DONE]")
    .map((data) => JSON.parse(data) as Json);
}

/** The text that a whole or streamed reply brings, in any dialect. */
export function textOf(dialect: DialectName, told: Told): string {
  const streamed = told.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  switch (dialect) {
    case "chat": {
      const pick = (one: Json, name: string) => String(at(one, `choices.0.${name}.content`) ?? "");
      return streamed
        ? frames(told.text).map((frame) => pick(frame, "delta")).join("")
        : pick(told.json, "message");
    }
    case "messages":
      return streamed
        ? frames(told.text).map((frame) => String(at(frame, "delta.text") ?? "")).join("")
        : list(told.json["content"]).map((block) => String(block["text"] ?? "")).join("");
    case "responses":
      return streamed
        ? frames(told.text).filter(({ type }) => type === "response.output_text.delta")
          .map(({ delta }) => String(delta)).join("")
        : list(told.json["output"]).flatMap((item) => list(item["content"]))
          .map((part) => String(part["text"] ?? "")).join("");
  }
}

export function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The generate calls that reached the simulator. */
export function generateCalls(t: UnderTest): readonly SimLogEntry[] {
  return t.simulator.log.filter(({ method }) => /enerateContent$/.test(method));
}

/** Every slot is free again. */
export function assertIdle(t: UnderTest): void {
  const { credentials, queue } = t.proxy.services.pool.view();
  assert.deepEqual(credentials.map(({ inFlight }) => inFlight), credentials.map(() => 0), "a slot is held");
  assert.equal(queue.length, 0);
}

/** Polls, as sockets tell of their end when they will; fails after `ms`, which only what never happens takes. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = performance.now() + ms;
  while (!await holds()) {
    assert.ok(performance.now() < end, `not within ${ms} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
