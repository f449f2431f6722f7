/** Every recorded turn of Gemini's, served over HTTP in each dialect, against a plain account of what was recorded. */
import assert from "node:assert/strict";
import { isObject } from "../../src/core/mod.ts";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import { generateRecordings, type Recording } from "../support/recordings.ts";
import { ask, assertIdle, at, DIALECT_NAMES, type DialectName, frames, type Json, list } from "./calls.ts";

const RECORDINGS = generateRecordings();
const ignore = RECORDINGS.length === 0;

/** What was recorded, read without any code of the proxy. */
interface Account {
  readonly texts: readonly string[];
  /** Only texts and calls: then the text is told exactly. */
  readonly plain: boolean;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly partial: boolean;
  readonly images: readonly string[];
  readonly finish: string;
  readonly usage: Readonly<Record<string, number>>;
  readonly cited: readonly string[];
}

function valuesOf(body: string): Json[] {
  const streamed = /^\s*data:/.test(body);
  const values: unknown = streamed
    ? [...body.matchAll(/^data:(.*)$/gm)].map((match) => JSON.parse(match[1]!))
    : JSON.parse(body);
  return list(Array.isArray(values) ? values : [values]);
}

function accountOf(body: string): Account | undefined {
  const chunks = valuesOf(body);
  const usage: Record<string, number> = {};
  for (const chunk of chunks) {
    if (isObject(chunk["usageMetadata"])) Object.assign(usage, chunk["usageMetadata"]);
  }
  const mine = chunks.flatMap(({ candidates }) =>
    list(candidates).filter((one, position) => (one["index"] ?? position) === 0)
  );
  const finishes = mine.flatMap(({ finishReason }) => typeof finishReason === "string" ? [finishReason] : []);
  if (finishes.length === 0) return undefined;
  const parts = mine.flatMap((one) => list(at(one, "content.parts")));
  const made = parts.flatMap(({ functionCall }) =>
    isObject(functionCall) && functionCall["name"] !== undefined ? [functionCall] : []
  );
  // Google has run these itself.
  for (const { functionResponse: run } of parts) {
    const at = isObject(run)
      ? made.findIndex(({ id, name }) => run["id"] === id && run["name"] === name)
      : -1;
    if (at >= 0) made.splice(at, 1);
  }
  const visible = parts.filter(({ thought }) => thought !== true);
  return {
    texts: visible.flatMap(({ text }) => typeof text === "string" && text !== "" ? [text] : []),
    plain: visible.every((part) =>
      ["inlineData", "executableCode", "codeExecutionResult"].every((field) => part[field] === undefined)
    ),
    calls: made.map(({ name, args }) => ({ name: String(name), args: args ?? {} })),
    partial: parts.some(({ functionCall }) =>
      isObject(functionCall) && functionCall["partialArgs"] !== undefined
    ),
    images: visible.flatMap(({ inlineData }) =>
      isObject(inlineData) && String(inlineData["mimeType"]).startsWith("image/")
        ? [String(inlineData["data"])]
        : []
    ),
    finish: finishes.at(-1)!,
    usage,
    cited: mine.flatMap((one) => list(at(one, "groundingMetadata.groundingChunks")))
      .flatMap((chunk) => typeof at(chunk, "web.uri") === "string" ? [String(at(chunk, "web.uri"))] : []),
  };
}

const GARBLED = /MALFORMED|UNEXPECTED_TOOL_CALL|TOO_MANY_TOOL_CALLS|MISSING_THOUGHT_SIGNATURE/;
const TURNS = RECORDINGS.flatMap((recording) => {
  try {
    const account = accountOf(recording.body);
    if (account === undefined || GARBLED.test(account.finish)) return [];
    const usable = account.texts.length + account.calls.length + account.images.length > 0;
    // A stop with nothing in it is asked again, which other tests look at.
    return usable || !/^(STOP|OTHER)$/.test(account.finish) ? [{ recording, account }] : [];
  } catch {
    return [];
  }
});

/** What a reply tells, in words that all dialects share. */
interface Told {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly images: readonly string[];
  readonly stop: unknown;
  readonly counts: readonly [input: number, output: number, cached: number];
  readonly cited: readonly string[];
}

const imagesIn = (value: unknown) =>
  [...JSON.stringify(value).matchAll(/data:image\/[a-z]+;base64,([A-Za-z0-9+/=]+)/g)].map((match) =>
    match[1]!
  );

function chatTold(all: readonly Json[]): Told {
  const choices = all.flatMap(({ choices }) => list(choices)).filter(({ index }) => index === 0);
  const messages = choices.flatMap((choice) => list([choice["message"] ?? choice["delta"]]));
  const usage = all.findLast(({ usage }) => isObject(usage))?.["usage"];
  return {
    text: messages.map(({ content }) => content ?? "").join(""),
    calls: messages.flatMap(({ tool_calls }) => list(tool_calls)).map((call) => ({
      name: String(at(call, "function.name")),
      args: JSON.parse(String(at(call, "function.arguments"))),
    })),
    images: imagesIn(messages.map(({ images }) => images ?? null)),
    stop: choices.findLast(({ finish_reason }) => finish_reason !== null)?.["finish_reason"],
    counts: [
      Number(at(usage, "prompt_tokens")),
      Number(at(usage, "completion_tokens")),
      Number(at(usage, "prompt_tokens_details.cached_tokens")),
    ],
    cited: messages.flatMap(({ annotations }) => list(annotations)).map((one) =>
      String(at(one, "url_citation.url"))
    ),
  };
}

function responsesTold(all: readonly Json[]): Told {
  const response = (all.at(-1)?.["response"] ?? all.at(-1)) as Json;
  const output = list(response["output"]);
  const texts = output.filter(({ type }) => type === "message").flatMap(({ content }) => list(content));
  return {
    text: texts.map(({ text }) => text).join(""),
    calls: output.filter(({ type }) => type === "function_call").map((item) => ({
      name: String(item["name"]),
      args: JSON.parse(String(item["arguments"])),
    })),
    images: output.filter(({ type }) => type === "image_generation_call").map(({ result }) => String(result)),
    stop: at(response, "incomplete_details.reason") ?? response["status"],
    counts: [
      Number(at(response, "usage.input_tokens")),
      Number(at(response, "usage.output_tokens")),
      Number(at(response, "usage.input_tokens_details.cached_tokens")),
    ],
    cited: [
      ...texts.flatMap(({ annotations }) => list(annotations)),
      ...output.flatMap(({ action }) => list(at(action, "sources"))),
    ].map(({ url }) => String(url)),
  };
}

function messagesTold(all: readonly Json[]): Told {
  const whole = all.length === 1 ? all[0]! : undefined;
  const started = all.filter(({ type }) => type === "content_block_start").map(({ content_block }) =>
    content_block as Json
  );
  const deltas = all.filter(({ type }) => type === "content_block_delta");
  const inputs = started.map((block, index) => ({
    ...block,
    input: JSON.parse(
      deltas.filter((one) => one["index"] === index).map((one) => at(one, "delta.partial_json") ?? "").join(
        "",
      ) ||
        "{}",
    ),
  }));
  const blocks = whole === undefined ? inputs as Json[] : list(whole["content"]);
  const text = whole === undefined
    ? deltas.map((one) => at(one, "delta.text") ?? "").join("")
    : blocks.map(({ text }) => text ?? "").join("");
  const end = whole ?? all.find(({ type }) => type === "message_delta");
  const usage = end?.["usage"];
  const cached = Number(at(usage, "cache_read_input_tokens"));
  return {
    text,
    calls: blocks.filter(({ type }) => type === "tool_use").map(({ name, input }) => ({
      name: String(name),
      args: input,
    })),
    images: imagesIn(text),
    stop: at(end, "stop_reason") ?? at(end, "delta.stop_reason"),
    counts: [Number(at(usage, "input_tokens")) + cached, Number(at(usage, "output_tokens")), cached],
    cited: blocks.filter(({ type }) => type === "web_search_tool_result").flatMap(({ content }) =>
      list(content)
    )
      .map(({ url }) => String(url)),
  };
}

const TELL = { chat: chatTold, messages: messagesTold, responses: responsesTold } as const;

/** The dialect's word for the end. */
function stopOf(dialect: DialectName, { finish, calls, texts, images, plain }: Account): string {
  const kind = finish === "MAX_TOKENS"
    ? "length"
    : /^(STOP|OTHER|NO_IMAGE)$/.test(finish)
    ? (finish === "STOP" || texts.length + images.length > 0 || !plain ? "stop" : "filter")
    : "filter";
  const words = {
    chat: { length: "length", stop: calls.length > 0 ? "tool_calls" : "stop", filter: "content_filter" },
    messages: { length: "max_tokens", stop: calls.length > 0 ? "tool_use" : "end_turn", filter: "refusal" },
    responses: { length: "max_output_tokens", stop: "completed", filter: "content_filter" },
  };
  return words[dialect][kind];
}

function assertInOrder(text: string, pieces: readonly string[], where: string): void {
  let from = 0;
  for (const piece of pieces) {
    const found = text.indexOf(piece, from);
    assert.ok(found >= 0, `${where}: ${JSON.stringify(piece.slice(0, 60))} is missing`);
    from = found + piece.length;
  }
}

function assertTold(dialect: DialectName, told: Told, account: Account, where: string): void {
  if (account.plain) assert.equal(told.text, account.texts.join(""), where);
  else assertInOrder(told.text, account.texts, where);
  assert.deepEqual(told.calls.map(({ name }) => name), account.calls.map(({ name }) => name), where);
  if (!account.partial) assert.deepEqual(told.calls, account.calls, where);
  assert.deepEqual(told.images, account.images, where);
  assert.equal(told.stop, stopOf(dialect, account), where);
  const { usage } = account;
  const count = (name: string) => usage[name] ?? 0;
  assert.deepEqual(told.counts, [
    count("promptTokenCount") + count("toolUsePromptTokenCount"),
    count("candidatesTokenCount") + count("thoughtsTokenCount"),
    count("cachedContentTokenCount"),
  ], where);
  assert.deepEqual([...new Set(told.cited)].sort(), [...new Set(account.cited)].sort(), where);
}

function asked(dialect: DialectName, { body }: Recording): { stream: boolean; more: Json } {
  // Without SSE Google streams an array.
  const stream = /^\s*(data:|\[)/.test(body);
  if (dialect === "chat" && stream) return { stream, more: { stream_options: { include_usage: true } } };
  const search = { type: "web_search_20250305", name: "web_search" };
  return { stream, more: dialect === "messages" ? { tools: [search] } : {} };
}

for (const dialect of DIALECT_NAMES) {
  Deno.test(`recordings: ${dialect} clients are told every part, the end and all counts of each turn`, {
    ignore,
  }, async () => {
    await using t = await proxyUnderTest();
    assert.ok(TURNS.length > 75, `only ${TURNS.length}`);
    for (const kind of ["images", "cited", "calls"] as const) {
      assert.ok(TURNS.some(({ account }) => account[kind].length > 0), `no ${kind}`);
    }
    assert.ok(TURNS.some(({ account }) => account.partial), "no arguments in pieces");
    for (const { recording, account } of TURNS) {
      const { stream, more } = asked(dialect, recording);
      t.simulator.control.clearFaults();
      t.simulator.control.replay(recording.body, {
        contentType: stream ? "text/event-stream" : "application/json; charset=UTF-8",
      });
      const reply = await ask(t, dialect, { stream, text: recording.file, more });
      const where = `${recording.file}: ${reply.text.slice(0, 300)}`;
      assert.equal(reply.status, 200, where);
      const told = TELL[dialect](stream ? frames(reply.text) : [reply.json]);
      assertTold(dialect, told, account, where);
      if (account.partial) {
        assert.ok(told.calls.every(({ args }) => isObject(args) && Object.keys(args).length > 0), where);
      }
    }
    assertIdle(t);
  });
}
