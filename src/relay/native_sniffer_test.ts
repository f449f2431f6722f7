import assert from "node:assert/strict";
import fc from "fast-check";
import { NativeSniffer } from "./native_sniffer.ts";

const LAST = 'data: {"candidates":[{"finishReason": "STOP"}],"usageMetadata":{"promptTokenCount":3}}\r\n\r\n';

Deno.test("NativeSniffer finds finish and usage wherever the bytes are cut", () => {
  const text = `data: {"candidates":[{"finishReason":null}]}\n\n${LAST}`;
  fc.assert(fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), (cuts) => {
    const sniffer = new NativeSniffer();
    const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
    edges.slice(1).forEach((end, index) => sniffer.see(text.slice(edges[index], end)));
    assert.equal(sniffer.finished(), true);
    assert.equal(sniffer.finishReason(), "STOP");
    assert.equal(sniffer.usage()?.promptTokens, 3);
  }));
});

Deno.test("NativeSniffer remembers a finish that has left its tail, also one cut in two", () => {
  const sniffer = new NativeSniffer();
  sniffer.see('{"finish');
  sniffer.see('Reason":"STOP"}');
  for (let count = 0; count < 8; count++) sniffer.see(" ".repeat(30_000));
  assert.equal(sniffer.finished(), true);
});

Deno.test("NativeSniffer says that a body without a finish is not over", () => {
  const sniffer = new NativeSniffer();
  sniffer.see('data: {"candidates":[{"content":{}}]}\n\n');
  assert.equal(sniffer.finished(), false);
  assert.equal(sniffer.finishReason(), undefined);
});
