import assert from "node:assert/strict";
import OpenAI from "openai";
import { proxyUnderTest } from "../support/proxy_under_test.ts";
import {
  assertIdle,
  at,
  frames,
  generateCalls,
  type Json,
  list,
  MODEL,
  tell,
  TOKEN,
  until,
} from "./calls.ts";

Deno.test("responses: input items, cancel, a second stream and compaction, as OpenAI's SDK asks", async () => {
  await using t = await proxyUnderTest();
  const openai = new OpenAI({ baseURL: `${t.url}/v1`, apiKey: TOKEN });
  const first = await openai.responses.create({ model: MODEL, input: "one" });
  const second = await openai.responses.create({
    model: MODEL,
    input: "two",
    previous_response_id: first.id,
  });
  const items = await openai.responses.inputItems.list(second.id, { order: "asc" });
  assert.deepEqual(
    items.data.map((item) => at(item, "content.0.text")),
    ["one", "You said: one", "two"],
  );
  const newest: unknown[] = [];
  for await (const item of openai.responses.inputItems.list(second.id, { limit: 1 })) {
    newest.push(at(item, "content.0.text"));
  }
  assert.deepEqual(newest, ["two", "You said: one", "one"]);
  await assert.rejects(openai.responses.cancel(first.id), OpenAI.BadRequestError);
  await assert.rejects(openai.responses.cancel("resp_nothing"), OpenAI.NotFoundError);
  await assert.rejects(openai.responses.inputItems.list("resp_nothing"), OpenAI.NotFoundError);
  let text = "";
  const stream = await openai.responses.retrieve(second.id, { stream: true });
  for await (const event of stream) if (event.type === "response.output_text.delta") text += event.delta;
  assert.equal(text, second.output_text);
  const compacted = await tell(t, "/v1/responses/compact", { body: { model: MODEL, input: "one" } });
  assert.equal(compacted.status, 200, compacted.text);
  assert.equal(compacted.json["object"], "response.compaction");
  assertIdle(t);
});

/** A raw connection as Codex opens it. */
class Socket {
  readonly events: Json[] = [];
  readonly kinds = new Set<string>();
  readonly ws: WebSocket;
  closed = false;

  constructor(url: string) {
    this.ws = new WebSocket(`${url.replace(/^http/, "ws")}/v1/responses`, {
      headers: { authorization: `Bearer ${TOKEN}`, "openai-beta": "responses_websockets=2026-02-06" },
    } as unknown as string[]);
    this.ws.onmessage = ({ data }) => {
      this.kinds.add(typeof data);
      this.events.push(JSON.parse(String(data)));
    };
    this.ws.onclose = () => this.closed = true;
  }

  async open(): Promise<this> {
    await until(() => this.ws.readyState === WebSocket.OPEN);
    return this;
  }

  async create(body: Json): Promise<Json> {
    const before = this.events.length;
    this.ws.send(JSON.stringify({ type: "response.create", ...body }));
    const ends = (event: Json) =>
      /^(response\.(completed|incomplete|failed)|error)$/.test(String(event["type"]));
    await until(() => this.events.slice(before).some(ends), 10_000);
    return this.events.slice(before).find(ends)!;
  }
}

Deno.test("responses by WebSocket: several turns that send what is new alone, errors with a status, a warm-up", async () => {
  await using t = await proxyUnderTest();
  const socket = await new Socket(t.url).open();
  const warm = await socket.create({
    model: MODEL,
    input: [message("the system")],
    generate: false,
    store: false,
  });
  assert.equal(warm["type"], "response.completed");
  assert.equal(generateCalls(t).length, 0);
  const first = await socket.create({
    model: MODEL,
    store: false,
    previous_response_id: at(warm, "response.id"),
    input: [message("one")],
  });
  assert.match(String(at(first, "response.output.0.content.0.text")), /one$/);
  assert.match(generateCalls(t).at(-1)!.bodyText, /the system/);
  socket.ws.send(JSON.stringify({ type: "response.processed", response_id: at(first, "response.id") }));
  const second = await socket.create({
    model: MODEL,
    store: false,
    previous_response_id: at(first, "response.id"),
    input: [message("two")],
  });
  assert.equal(at(second, "response.output.0.content.0.text"), "You said: two");
  assert.match(generateCalls(t).at(-1)!.bodyText, /You said: .*one/);
  for (
    const bad of [{ model: "gpt-9", input: "x" }, { input: "x" }, {
      model: MODEL,
      previous_response_id: "resp_no",
      input: "x",
    }]
  ) {
    const failed = await socket.create(bad);
    assert.equal(failed["type"], "error");
    assert.equal(typeof failed["status"], "number");
    assert.equal(typeof at(failed, "error.message"), "string");
  }
  socket.ws.send("not json");
  await until(() => socket.events.at(-1)?.["type"] === "error");
  assert.deepEqual([...socket.kinds], ["string"], "Codex stops at binary frames");
  const numbers = socket.events.filter(({ type }) => type === "response.created").length;
  assert.equal(numbers, 3);
  socket.ws.close();
  await until(() => socket.closed);
  const plain = await tell(t, "/v1/responses");
  assert.equal(plain.status, 426, plain.text);
  assertIdle(t);
});

function message(text: string): Json {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

Deno.test("responses by WebSocket: the same events as the stream over HTTP; a client that leaves frees its slot", async () => {
  await using t = await proxyUnderTest();
  const socket = await new Socket(t.url).open();
  await socket.create({ model: MODEL, input: "hello there" });
  const streamed = await tell(t, "/v1/responses", {
    body: { model: MODEL, input: "hello there", stream: true },
  });
  assert.deepEqual(socket.events.map(({ type }) => type), frames(streamed.text).map(({ type }) => type));
  t.simulator.control.fault({ kind: "hang", after: 1 });
  const before = socket.events.length;
  socket.ws.send(
    JSON.stringify({ type: "response.create", model: MODEL, input: `say exactly: ${"word ".repeat(100)}` }),
  );
  await until(() => socket.events.length > before);
  socket.ws.close();
  await until(() => t.proxy.services.pool.view().credentials.every(({ inFlight }) => inFlight === 0));
  assert.equal(list(streamed.json["x"]).length, 0);
});
