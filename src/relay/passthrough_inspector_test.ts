import assert from "node:assert/strict";
import fc from "fast-check";
import { PassthroughInspector } from "./passthrough_inspector.ts";

const LAST = 'data: {"candidates":[{"finishReason": "STOP"}],"usageMetadata":{"promptTokenCount":3}}\r\n\r\n';

Deno.test("PassthroughInspector finds finish and usage wherever the bytes are cut", () => {
  const text = `data: {"candidates":[{"finishReason":null}]}\n\n${LAST}`;
  fc.assert(fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
    const inspector = new PassthroughInspector();
    const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
    edges.slice(1).forEach((end, index) => inspector.see(text.slice(edges[index], end)));
    assert.equal(inspector.finished(), true);
    assert.equal(inspector.finishReason(), "STOP");
    assert.equal(inspector.usage()?.promptTokens, 3);
  }));
});

Deno.test("PassthroughInspector remembers a finish that has left its tail, also one cut in two", () => {
  const inspector = new PassthroughInspector();
  inspector.see('{"finish');
  inspector.see('Reason":"STOP"}');
  for (let count = 0; count < 8; count++) inspector.see(" ".repeat(30_000));
  assert.equal(inspector.finished(), true);
});

Deno.test("PassthroughInspector says that a body without a finish is not over", () => {
  const inspector = new PassthroughInspector();
  inspector.see('data: {"candidates":[{"content":{}}]}\n\n');
  assert.equal(inspector.finished(), false);
  assert.equal(inspector.finishReason(), undefined);
});
