import { createAnthropic } from "@ai-sdk/anthropic";
import { generateText, jsonSchema, streamText, tool } from "ai";
import assert from "node:assert/strict";
import { isObject } from "../../../src/core/mod.ts";
import { anthropicMessages } from "../../../src/dialects/anthropic_messages/mod.ts";
import {
  call,
  decodeWith,
  encodeInput,
  streamWith,
  text,
  thought,
  turn,
} from "../../support/dialect_calls.ts";
import { assertServed } from "../../support/google_verdict.ts";

const MODEL = "gemini-2.5-pro";
const SIGNATURE = "AbCd+/efGH==";

/** A provider whose network is this dialect: `turns` are what the model says, one after another. */
function provider(turns: ReturnType<typeof turn>[], signatures: unknown[]) {
  let next = 0;
  const answer = (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body: unknown = JSON.parse(String(init?.body));
    const decoded = decodeWith(anthropicMessages, body, { model: MODEL });
    assertServed(decoded.request, MODEL);
    for (const { parts } of decoded.request.contents) {
      for (const part of parts) if (part.functionCall !== undefined) signatures.push(part.thoughtSignature);
    }
    const events = turns[next++] ?? turn([text("no more")]);
    if (!isObject(body) || body.stream !== true) {
      return Promise.resolve(
        Response.json(anthropicMessages.encodeReply(events, encodeInput(decoded.context))),
      );
    }
    const frames = streamWith(anthropicMessages, events, decoded.context);
    return Promise.resolve(new Response(frames, { headers: { "content-type": "text/event-stream" } }));
  };
  return createAnthropic({ apiKey: "k", baseURL: "http://127.0.0.1:1/v1", fetch: answer as typeof fetch })(
    "claude-x",
  );
}

const OPTIONS = {
  prompt: "go",
  tools: {
    read: tool({
      inputSchema: jsonSchema<{ p: string }>({
        type: "object",
        properties: { p: { type: "string" } },
        required: ["p"],
      }),
      execute: ({ p }) => `content of ${p}`,
    }),
  },
  providerOptions: { anthropic: { thinking: { type: "enabled" as const, budgetTokens: 2048 } } },
  stopWhen: ({ steps }: { steps: readonly unknown[] }) => steps.length === 2,
  maxRetries: 0,
  maxOutputTokens: 4096,
};
const TURNS = () => [
  turn([
    thought("hm"),
    text("Reading."),
    call("read", { p: "a" }, "c1", SIGNATURE),
    call("read", { p: "b" }, "c2"),
  ]),
  turn([text("Done.")], "STOP", { promptTokens: 5, candidatesTokens: 2 }),
];

Deno.test("AI SDK with Anthropic: a tool loop of parallel calls keeps the signature", async () => {
  const signatures: unknown[] = [];
  const result = await generateText({ model: provider(TURNS(), signatures), ...OPTIONS });
  assert.equal(result.text, "Done.");
  assert.deepEqual(signatures, [SIGNATURE, undefined]);
});

Deno.test("AI SDK with Anthropic: the same loop, streamed", async () => {
  const signatures: unknown[] = [];
  const errors: unknown[] = [];
  const result = streamText({
    model: provider(TURNS(), signatures),
    ...OPTIONS,
    onError: ({ error }) => void errors.push(error),
  });
  let words = "";
  for await (const delta of result.textStream) words += delta;
  assert.deepEqual(errors, []);
  assert.equal(words, "Reading.Done.");
  assert.deepEqual(signatures, [SIGNATURE, undefined]);
});
