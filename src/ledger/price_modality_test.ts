import assert from "node:assert/strict";
import type { Usage } from "../core/mod.ts";
import { PriceTable } from "./price_table.ts";

const MILLION = 1_000_000;

function usage(more: Partial<Usage>): Usage {
  const none = { promptTokens: 0, cachedTokens: 0, candidatesTokens: 0, thoughtsTokens: 0, toolUseTokens: 0 };
  return { ...none, totalTokens: MILLION, ...more };
}

/** Dollars of one million tokens. */
function dollars(model: string, more: Partial<Usage>): number | null {
  const cost = new PriceTable().costOf(usage(more), model);
  return cost === null ? null : cost / MILLION;
}

const image = { candidatesTokens: MILLION, candidatesDetails: { IMAGE: MILLION } };
const audio = { promptTokens: MILLION, promptDetails: { AUDIO: MILLION } };

Deno.test("costOf() counts pictures, sound and text at their own prices", () => {
  assert.equal(dollars("gemini-3-pro-image-preview", image), 120);
  assert.equal(dollars("gemini-2.5-flash-image", image), 30);
  assert.equal(dollars("gemini-2.5-flash-image", { candidatesTokens: MILLION }), 2.5);
  assert.equal(dollars("gemini-2.5-flash", audio), 1);
  assert.equal(dollars("gemini-2.5-flash", { promptTokens: MILLION, promptDetails: { TEXT: MILLION } }), 0.3);
  assert.equal(dollars("gemini-2.5-flash-preview-tts", { candidatesTokens: MILLION }), 10);
  assert.equal(
    dollars("gemini-2.5-flash", { promptTokens: MILLION, promptDetails: { AUDIO: MILLION / 2 } }),
    0.65,
  );
});

Deno.test("costOf() counts cached sound at the cached price of sound, and a batch at half", () => {
  assert.equal(dollars("gemini-2.5-flash", { ...audio, cachedTokens: MILLION }), 0.1);
  assert.equal(dollars("gemini-2.5-flash", { ...audio, serviceTier: "flex" }), 0.5);
  assert.equal(dollars("gemini-2.5-flash", { ...audio, serviceTier: "BATCH" }), 0.5);
});

Deno.test("costOf() of a model whose price nobody knows is null, never 0; a free one costs 0", () => {
  assert.equal(dollars("gemini-99-unheard-of", audio), null);
  assert.equal(dollars("gemma-3-27b-it", { promptTokens: MILLION }), 0);
});
