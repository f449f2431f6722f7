import assert from "node:assert/strict";
import { parseJson } from "./read_body.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("parseJson() takes a replacement character that the client wrote itself", () => {
  const parsed = parseJson(bytesOf('{"text":"a\ufffdb"}'));
  assert.deepEqual(parsed, { ok: true, value: { text: "a\ufffdb" } });
});

Deno.test("parseJson() refuses bytes that are no UTF-8, wherever they stand", () => {
  for (const bad of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98]]) {
    for (const [before, after] of [['{"a":"', '"}'], ["", '{"a":1}'], ['{"a":1}', ""]] as const) {
      const bytes = new Uint8Array([...bytesOf(before), ...bad, ...bytesOf(after)]);
      const parsed = parseJson(bytes);
      assert.ok(!parsed.ok);
      assert.equal(parsed.error.message, "The request body is not valid UTF-8");
    }
  }
});

Deno.test("parseJson() passes over a byte order mark", () => {
  assert.deepEqual(parseJson(bytesOf('\ufeff{"a":1}')), { ok: true, value: { a: 1 } });
});
