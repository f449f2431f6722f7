/** Parsers that meet foreign bytes: any bytes, in any split, end in an answer or a refusal, in bounded time. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { createSseParser } from "../../src/gemini/mod.ts";
import { DIALECT_NAMES, DIALECTS, MODEL, tell, TOKEN } from "../e2e/calls.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";

/** Milliseconds that each property may take; what was tried until then counts. */
const MOST_MS = 3_000;
const BOUNDED = { interruptAfterTimeLimit: MOST_MS, markInterruptAsFailure: false } as const;

const encoder = new TextEncoder();

/** Pieces of which streams and lists are made, whole, cut and wrong. */
const piece = fc.oneof(
  fc.constantFrom(
    "data:",
    "data: ",
    "event: error",
    ": comment",
    "id: 1",
    "[DONE]",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "[",
    "]",
    ",",
    "{",
    "}",
    '{"a":1}',
    '[{"a":1},{"b":[2]}]',
    "\ufeff",
    "é😀",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.json({ maxDepth: 3 }),
);

function payloads(bytes: Uint8Array, cuts: readonly number[]): readonly string[] {
  const parser = createSseParser();
  const out: string[] = [];
  let start = 0;
  for (const cut of cuts.map((one) => one % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    out.push(...parser.push(bytes.subarray(start, cut)));
    start = cut;
  }
  return [...out, ...parser.push(bytes.subarray(start)), ...parser.end()];
}

Deno.test("any stream gives the same events however it is cut", () => {
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (pieces, cuts) => {
        const bytes = encoder.encode(pieces.join(""));
        assert.deepEqual(payloads(bytes, cuts), payloads(bytes, []));
      },
    ),
    { ...BOUNDED, numRuns: 3_000 },
  );
});

Deno.test("bytes that are no text give the same events however they are cut", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(), { maxLength: 8 }), (noise, cuts) => {
      const bytes = new Uint8Array([
        ...encoder.encode('data: {"a":"'),
        ...noise,
        ...encoder.encode('"}\n\n'),
      ]);
      assert.deepEqual(payloads(bytes, cuts), payloads(bytes, []));
    }),
    { ...BOUNDED, numRuns: 2_000 },
  );
});

/** A header's value: bytes that HTTP lets pass. */
const headerValue = fc.oneof(
  fc.constantFrom(
    "Bearer",
    "Bearer ",
    "Basic Og==",
    `Bearer ${TOKEN} `,
    `bearer  ${TOKEN}`,
    "Bearer ((((",
    "null",
    "[]",
  ),
  fc.array(fc.integer({ min: 0x21, max: 0xff }).filter((code) => code < 0x7f || code > 0xa0), {
    maxLength: 60,
  })
    .map((codes) => String.fromCharCode(...codes)),
);

/** A name as a client may write it into a path: plain, encoded once or twice, cut. */
const spelled = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }).map(encodeURIComponent),
  fc.array(
    fc.constantFrom(
      "%2f",
      "%2e",
      "..",
      ".",
      "%25",
      "%00",
      "%ff",
      "%",
      ":",
      "@",
      "models",
      "*",
      "gemini",
      " ",
    ),
    {
      maxLength: 6,
    },
  ).map((parts) => parts.join("")),
);

const body = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(
    fc.constantFrom(
      "--x\r\n",
      "--x--",
      "content-disposition: form-data; name=",
      '"file"',
      "\r\n",
      "\r\n\r\n",
      "a",
    ),
    {
      maxLength: 12,
    },
  ).map((parts) => parts.join("")),
);

const type = fc.constantFrom(
  "application/json",
  "multipart/form-data; boundary=x",
  "multipart/form-data",
  "multipart/related; boundary=x",
  "text/plain",
  "",
);

const PATHS: readonly ((name: string) => string)[] = [
  (name) => `/v1/models/${name}`,
  (name) => `/v1beta/models/${name}:generateContent`,
  (name) => `/v1beta/${name}`,
  (name) => `/upload/v1beta/files?name=${name}`,
  (name) => `/v1/files/${name}`,
  () => "/v1/files",
  () => "/v1/embeddings",
  () => "/api/import",
  () => "/api/keys",
  (name) => `/api/aliases/${name}`,
  ...DIALECT_NAMES.map((dialect) => () => DIALECTS[dialect].path),
];

/** Nothing foreign is a fault of ours. */
async function assertTaken(t: UnderTest, path: string, options: Parameters<typeof tell>[2]): Promise<void> {
  const { status, text } = await tell(t, path, { signal: AbortSignal.timeout(60_000), ...options });
  const what = `${path} ${JSON.stringify(options)}: ${status} ${text.slice(0, 300)}`;
  assert.ok(status < 500 || status === 501, what);
}

Deno.test("any bytes as a token, a path, an upload, an import or a body are answered or refused, never failed on", async () => {
  await using t = await proxyUnderTest({ env: { QUEUE_MAX_WAIT: "0" } });
  await fc.assert(
    fc.asyncProperty(
      headerValue,
      fc.constantFrom("authorization", "x-api-key", "x-goog-api-key"),
      async (value, name) => {
        await assertTaken(t, "/v1/models", { headers: { authorization: "", [name]: value } });
      },
    ),
    { ...BOUNDED, numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...PATHS),
      spelled,
      type,
      body,
      async (path, name, contentType, sent) => {
        await assertTaken(t, path(name), { headers: { "content-type": contentType }, body: sent });
      },
    ),
    { ...BOUNDED, numRuns: 500 },
  );
  const { status } = await tell(t, "/v1/chat/completions", { body: DIALECTS.chat.body("hello") });
  assert.equal(status, 200, `${MODEL} is served as before`);
});
