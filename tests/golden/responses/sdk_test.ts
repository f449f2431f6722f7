import assert from "node:assert/strict";
import OpenAI from "openai";
import type { Failure } from "../../../src/core/mod.ts";
import { openaiEmbeddings } from "../../../src/dialects/openai_embeddings/mod.ts";
import { openaiResponses } from "../../../src/dialects/openai_responses/mod.ts";
import {
  call,
  decodeWith,
  encodeInput,
  streamWith,
  text,
  thought,
  turn,
} from "../../support/dialect_calls.ts";
import { failureOf } from "../../support/failure_of.ts";

const { context: CONTEXT } = decodeWith(openaiResponses, {
  model: "gpt-x",
  input: "hi",
  include: ["reasoning.encrypted_content"],
});
const EVENTS = turn(
  [thought("hm"), text("Hé"), text("llo"), call("read", { p: [1, "é"] }, "c1", "AbC=")],
  "STOP",
  {
    promptTokens: 9,
    candidatesTokens: 4,
  },
);
const PARAMS = { model: "gpt-x", input: "hi" };
const SSE = { headers: { "content-type": "text/event-stream" } };

/** The official client, with one ready answer in place of the network. */
const client = (response: () => Response) =>
  new OpenAI({
    apiKey: "k",
    baseURL: "http://127.0.0.1:1",
    maxRetries: 0,
    fetch: () => Promise.resolve(response()),
  });

Deno.test("OpenAI SDK: the streamed and the whole response are the same", async () => {
  const frames = ": ping\n\n" + streamWith(openaiResponses, EVENTS, CONTEXT);
  const streamed = await client(() => new Response(frames, SSE)).responses.stream(PARAMS).finalResponse();
  const whole = await client(() => Response.json(openaiResponses.encodeReply(EVENTS, encodeInput(CONTEXT))))
    .responses.create(PARAMS);
  assert.equal(streamed.output_text, "Héllo");
  assert.equal(whole.output_text, "Héllo");
  assert.deepEqual(streamed.output.map(({ type }) => type), whole.output.map(({ type }) => type));
  assert.deepEqual(streamed.usage, whole.usage);
});

Deno.test("OpenAI SDK: failures raise their own classes", async () => {
  const cases: [Partial<Failure>, new (...args: never[]) => Error][] = [
    [{ class: "invalid_request", status: 400 }, OpenAI.BadRequestError],
    [{ class: "credential_dead", status: 400 }, OpenAI.AuthenticationError],
    [{ class: "region_blocked", status: 400 }, OpenAI.PermissionDeniedError],
    [{ class: "model_gone", status: 404 }, OpenAI.NotFoundError],
    [{ class: "rate_limit", status: 429 }, OpenAI.RateLimitError],
    [{ class: "overloaded", status: 503 }, OpenAI.InternalServerError],
  ];
  for (const [more, Class] of cases) {
    const failure = failureOf(more);
    const { status, body } = openaiResponses.encodeFailure(failure, "req_1");
    await assert.rejects(
      () => client(() => Response.json(body, { status })).responses.create(PARAMS),
      (error: Error) => error instanceof Class,
    );
  }
});

Deno.test("OpenAI SDK: embeddings come back as numbers by its default of base64", async () => {
  let asked: { encoding_format?: string } = {};
  const openai = new OpenAI({
    apiKey: "k",
    baseURL: "http://127.0.0.1:1",
    fetch: (_url, init) => {
      asked = JSON.parse(String(init?.body));
      const decoded = decodeWith(openaiEmbeddings, asked, { model: "gemini-embedding-001" });
      const vectors = decoded.embed?.inputs.map((_, index) => [index === 0 ? 1 : 0, index === 0 ? 0 : 1]) ??
        [];
      return Promise.resolve(
        Response.json(openaiEmbeddings.encodeEmbeddings?.(vectors, 2, encodeInput(decoded.context))),
      );
    },
  });
  const { data } = await openai.embeddings.create({ model: "m", input: ["a", "b"] });
  assert.equal(asked.encoding_format, "base64");
  assert.deepEqual(data.map(({ embedding }) => [...embedding]), [[1, 0], [0, 1]]);
});
