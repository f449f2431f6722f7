/** Random but possible turns of Gemini's, for property tests of the encoders. */
import fc from "fast-check";
import type { JsonObject, Usage } from "../../src/core/mod.ts";
import type { TurnEvent } from "../../src/gemini/mod.ts";

const text = fc.string({ minLength: 1, unit: "grapheme" });
const signature = fc.option(
  fc.uint8Array({ minLength: 3, maxLength: 30 }).map((bytes) => btoa(String.fromCharCode(...bytes))),
  {
    nil: undefined,
  },
);
const args = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>;
const count = fc.nat({ max: 100_000 });
export const usageArbitrary: fc.Arbitrary<Usage> = fc.record({
  promptTokens: count,
  cachedTokens: count,
  candidatesTokens: count,
  thoughtsTokens: count,
  toolUseTokens: count,
}).map((usage) => ({
  ...usage,
  totalTokens: usage.promptTokens + usage.candidatesTokens + usage.thoughtsTokens + usage.toolUseTokens,
}));

const signed = <Shape extends object>(shape: fc.Arbitrary<Shape>) =>
  fc.tuple(shape, signature).map(([event, value]) =>
    value === undefined ? event : { ...event, signature: value }
  );

const event = fc.oneof(
  { weight: 5, arbitrary: signed(text.map((text) => ({ type: "text-delta" as const, candidate: 0, text }))) },
  {
    weight: 4,
    arbitrary: signed(text.map((text) => ({ type: "thought-delta" as const, candidate: 0, text }))),
  },
  {
    weight: 3,
    arbitrary: signed(fc.record({
      type: fc.constant("tool-call" as const),
      candidate: fc.constant(0),
      id: fc.uuid().map((id) => `call_${id}`),
      upstreamId: fc.boolean(),
      name: fc.constantFrom("read", "shell", "custom", "ns__child"),
      args,
    })),
  },
  {
    weight: 1,
    arbitrary: signed(
      fc.constant({ type: "media" as const, candidate: 0, mimeType: "image/png", data: "AAAA" }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("code" as const),
      candidate: fc.constant(0),
      language: fc.constant("PYTHON"),
      code: text,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("code-result" as const),
      candidate: fc.constant(0),
      outcome: fc.constant("OUTCOME_OK"),
      output: text,
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "signature" as const, candidate: 0, signature: "AAAA" }) },
  {
    weight: 1,
    arbitrary: fc.nat(9).map((endIndex) => ({
      type: "citation" as const,
      candidate: 0,
      grounding: {
        webSearchQueries: ["q"],
        groundingChunks: [{ web: { uri: "https://a.example/", title: "a" } }],
        groundingSupports: [{ segment: { endIndex }, groundingChunkIndices: [0] }],
      },
    })),
  },
  { weight: 1, arbitrary: usageArbitrary.map((usage) => ({ type: "usage" as const, usage })) },
  { weight: 1, arbitrary: fc.constant({ type: "text-delta" as const, candidate: 1, text: "other choice" }) },
);

/** Whole turns: start, any events, at the end usage and turn-end. */
export const turnArbitrary: fc.Arbitrary<TurnEvent[]> = fc.tuple(
  fc.array(event, { maxLength: 20 }),
  fc.constantFrom("STOP", "MAX_TOKENS", "SAFETY", "OTHER", "NEW_REASON"),
  usageArbitrary,
  fc.option(fc.constant({ reason: "PROHIBITED_CONTENT" }), { nil: undefined, freq: 10 }),
).map(([events, reason, usage, block]) => [
  { type: "turn-start", responseId: "r" },
  ...(block === undefined ? events : []) as TurnEvent[],
  { type: "usage", usage },
  {
    type: "turn-end",
    finishes: block === undefined ? [{ candidate: 0, reason }] : [],
    ...(block === undefined ? {} : { block }),
  },
]);
