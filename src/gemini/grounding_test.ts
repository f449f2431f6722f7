import assert from "node:assert/strict";
import { groundedSpans } from "./grounding.ts";

const chunks = [{ web: { uri: "https://a.example", title: "a" } }, {
  web: { uri: "https://b.example", title: "b" },
}];

Deno.test("groundedSpans() turns UTF-8 byte offsets into character offsets", () => {
  const text = "é漢字 is here. More.";
  const segment = { startIndex: 2, endIndex: 16, text: "漢字 is here" };
  const spans = groundedSpans({
    groundingChunks: chunks,
    groundingSupports: [{ segment, groundingChunkIndices: [0] }],
  }, text);
  assert.deepEqual(spans[0], { start: 1, end: 11, url: "https://a.example", title: "a" });
  assert.equal(text.slice(1, 11), "漢字 is here");
  assert.deepEqual(spans[1], { start: 0, end: 0, url: "https://b.example", title: "b" });
});

Deno.test("groundedSpans() finds the segment's text when the offsets do not fit", () => {
  const text = "éé wrong offsets";
  const segment = { startIndex: 3, endIndex: 8, text: "wrong" };
  const [span] = groundedSpans({
    groundingChunks: chunks,
    groundingSupports: [{ segment, groundingChunkIndices: [1] }],
  }, text);
  assert.deepEqual([span?.start, span?.end, span?.title], [3, 8, "b"]);
});

Deno.test("groundedSpans() survives metadata without any of its lists", () => {
  assert.deepEqual(groundedSpans({}, "text"), []);
  assert.deepEqual(groundedSpans({ groundingChunks: [null, {}], groundingSupports: [{}, 5] }, "text"), []);
});
