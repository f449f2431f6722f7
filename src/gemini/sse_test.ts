import assert from "node:assert/strict";
import { createSseParser } from "./sse.ts";

const encode = (text: string) => new TextEncoder().encode(text);

function parse(text: string, size = Infinity): string[] {
  const parser = createSseParser();
  const bytes = encode(text);
  const out: string[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(...parser.push(bytes.slice(at, at + size)));
  return [...out, ...parser.end()];
}

Deno.test("createSseParser() : gives the same payloads when the bytes come one by one", () => {
  const text =
    '\ufeff: hi\r\ndata: {"a":"é漢😀"}\r\n\r\nevent: x\rid: 1\rdata:{"b":1}\r\rdata: {\ndata: "c":2}\n\n';
  const whole = parse(text);
  assert.deepEqual(whole, ['{"a":"é漢😀"}', '{"b":1}', '{\n"c":2}']);
  for (let size = 1; size < 12; size++) assert.deepEqual(parse(text, size), whole);
});

Deno.test("createSseParser() : parses LF, CR and CRLF framing, comments and several data lines", () => {
  for (const line of ["\n", "\r", "\r\n"]) {
    const text = ["retry: 3", ": note", "data: 1", "", "data: 2", "data: 3", "", ""].join(line);
    assert.deepEqual(parse(text), ["1", "2\n3"]);
    assert.deepEqual(parse(text, 1), ["1", "2\n3"]);
  }
});

Deno.test("createSseParser() : delivers a last event without its blank line", () => {
  assert.deepEqual(parse('data: {"a":1}'), ['{"a":1}']);
  assert.deepEqual(parse('data: {"a":1}\r\n'), ['{"a":1}']);
  assert.deepEqual(parse('data: {"a":1}\r'), ['{"a":1}']);
});

Deno.test("createSseParser() : gives a raw JSON object after events as a payload of its own", () => {
  const parser = createSseParser();
  const payloads = parser.push(encode('data: {"a":1}\r\n\r\n{\n  "error": {\n    "code": 503\n  }\n}\n'));
  assert.deepEqual(payloads.map((payload) => JSON.parse(payload)), [{ a: 1 }, { error: { code: 503 } }]);
});

Deno.test("createSseParser() : splits a JSON array into one payload an element", () => {
  const text = '[{\n  "a": 1\n}\n,\r\n{\n  "a": 2\n}\n]\n';
  assert.deepEqual(parse(text), ['{"a":1}', '{"a":2}']);
  assert.deepEqual(parse(text, 1), ['{"a":1}', '{"a":2}']);
  assert.deepEqual(parse('[{"error":{"code":400}}]'), ['{"error":{"code":400}}']);
});

Deno.test("createSseParser() : takes an event of 8 MB in linear time", () => {
  const text = `data: {"d":"${"A".repeat(8 << 20)}"}\r\n\r\n`;
  const bytes = encode(text);
  const cost = (size: number) => {
    const began = performance.now();
    const parser = createSseParser();
    let length = 0;
    for (let at = 0; at < bytes.length; at += size) {
      for (const payload of parser.push(bytes.subarray(at, at + size))) length += payload.length;
    }
    assert.equal(length, text.length - "data: \r\n\r\n".length);
    return performance.now() - began;
  };
  cost(1 << 16);
  // 1 KiB pieces: 8,192 of them; quadratic buffering would copy some 32 GB.
  assert.ok(cost(1 << 10) < 5_000);
});

Deno.test("createSseParser() passes an unfinished raw object on as it stands, for the reader to refuse", () => {
  assert.deepEqual(parse('data: 1\n\n{\n  "error": {'), ["1", '{\n  "error": {']);
});

/** What a long line may be cut into: pieces that end in the middle of a character and of a line's end. */
const SIZES = [65_537, 70_001, 1 << 20];

Deno.test("createSseParser() gives long lines as they came, however they are cut, and what follows them", () => {
  const long = "é漢😀x".repeat(60_000);
  for (const line of ["\n", "\r", "\r\n"]) {
    const text = [
      `data: {"a":"${long}"}`,
      "",
      `: ${long}`,
      'data: {"b":1}',
      "",
      `data: {"c":`,
      `data: "${long}"}`,
      "",
      `{"d": "${long}",`,
      ` "e": "${long}"`,
      "}",
      "",
    ].join(line);
    const payloads = [
      `{"a":"${long}"}`,
      '{"b":1}',
      `{"c":\n"${long}"}`,
      `{"d": "${long}",\n "e": "${long}"\n}`,
    ];
    for (const size of SIZES) {
      assert.deepEqual(parse(text, size), payloads, `${size} ${JSON.stringify(line)}`);
    }
  }
});

Deno.test("createSseParser() ends an event at a line of the other form, however long that line is", () => {
  const long = `{"a":"${"x".repeat(70_000)}"}`;
  const cases: [string, string[]][] = [
    [`data: 1\n${long}\n`, ["1", long]],
    [`[1,\ndata: ${long}\n\n`, ["[1,", long]],
  ];
  for (const [text, payloads] of cases) {
    for (const size of [Infinity, 66_000]) assert.deepEqual(parse(text, size), payloads, text.slice(0, 20));
  }
});

Deno.test("createSseParser() refuses a long event that is no JSON by its beginning, and keeps nothing of long noise", () => {
  const block = encode("x".repeat(65_536));
  for (const begin of ["data: ", '{"a": ', "data: [1}", "[[[", "data: 1\ndata: "]) {
    const parser = createSseParser();
    assert.throws(
      () => {
        parser.push(encode(begin));
        for (let turn = 0; turn < 4; turn++) parser.push(block);
      },
      SyntaxError,
      begin,
    );
  }
  const lines = createSseParser();
  assert.throws(() => {
    for (let turn = 0; turn < 20_000; turn++) lines.push(encode("data: x\n"));
    for (let turn = 0; turn < 20_000; turn++) lines.push(encode("data: x\n"));
  }, SyntaxError);
  const noise = createSseParser();
  for (const begin of [": ", "event: ", "anything "]) {
    noise.push(encode(begin));
    for (let turn = 0; turn < 12; turn++) noise.push(block);
    assert.ok(noise.held <= 65_536 * 2, `${begin} ${noise.held}`);
    noise.push(encode("\n"));
  }
  assert.deepEqual(noise.push(encode('data: {"a":1}\n\n')), ['{"a":1}']);
  assert.throws(() => {
    for (let turn = 0; turn < 20; turn++) noise.push(block);
  }, SyntaxError);
});
