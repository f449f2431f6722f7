/** docs/security.md, "What a request can carry": no text, of a client or of an upstream, takes more than time in proportion to it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { keysIn } from "../../src/admin/import_plan.ts";
import { planText } from "../../src/admin/import_foreign.ts";
import { envFile, markedBlock } from "../../src/agents/formats/formats.ts";
import { planDiff } from "../../src/agents/text_diff.ts";
import { matchesGlob, permitsModel, redact } from "../../src/core/mod.ts";
import { redactGoogleError } from "../../src/dialects/mod.ts";
import { decodeCarrier } from "../../src/gemini/mod.ts";
import { agentName } from "../../src/http/proxy/agent_name.ts";
import { isPublicAddress } from "../../src/relay/public_address.ts";
import { readPasted } from "../../src/oauth/sign_in.ts";
import { PassthroughInspector } from "../../src/relay/passthrough_inspector.ts";
import { classifyCodeAssist } from "../../src/upstreams/classify_code_assist.ts";
import { classifyPublic } from "../../src/upstreams/classify_public.ts";
import { safeText } from "../../src/upstreams/failure_rule.ts";
import { superLinear } from "../../tools/linear_regexp.ts";

const refusal = (message: string, status: number) => ({
  status,
  body: JSON.stringify({ error: { code: status, message, status: "INVALID_ARGUMENT" } }),
  model: "m",
  now: 0,
});
const google = (text: string) => {
  for (const status of [400, 403, 404, 429, 503]) {
    classifyPublic(refusal(text, status));
    classifyPublic({ ...refusal(text, status), body: text });
    classifyCodeAssist(refusal(text, status), "antigravity");
  }
};
const sniffed = (text: string) => {
  const inspector = new PassthroughInspector();
  inspector.see(text);
  return [inspector.endedWithError(), inspector.usage(), inspector.finishReason()];
};

/** Everything that reads a text which somebody else wrote. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  redact,
  safeText,
  keysIn,
  planText,
  decodeCarrier,
  isPublicAddress,
  readPasted,
  google,
  sniffed,
  redactGoogleError,
  planDiff: (text) => planDiff([], text),
  userAgent: (text) => agentName({ get: () => text } as unknown as Headers),
  globName: (text) => matchesGlob("*a*b*?c*]*Bearer*x", text),
  globPattern: (text) => matchesGlob(text, "gemini-2.5-flash"),
  glob: (text) => matchesGlob(text, text),
  envFile: (text) => envFile.parse(text),
  script: (text) => markedBlock.parse(text),
};

/** Beginnings and middles of what the readers look for; each was or could be the attack on one of them. */
const FRAGMENTS = [
  "Bearer ",
  "Bearer",
  " ",
  "\n",
  "\t",
  "]",
  "[",
  "(",
  ")",
  "<",
  ">",
  "*",
  "*a",
  "?",
  "a",
  "A",
  "0",
  "/",
  ".",
  "=",
  "%",
  "@",
  "-",
  '"',
  "'",
  "\\",
  "{",
  "}",
  "AIza",
  "AQ.",
  "1//",
  "ya29.",
  "?key=",
  "code=",
  "api_key:",
  " #",
  "Mozilla/5.0 (",
  "gn1-a-s",
  "API_KEYS=[",
  "\nAPI_KEYS=[\n",
  "maxOutputTokens",
  "thinking",
  "schema",
  "thought_signature invalid",
  "retry in ",
  "metric: a",
  "projects/",
  "has not been used in project ",
  'Unknown name "',
  '{"error":{',
  '"finishReason"',
  '"usageMetadata":{',
  "# >>> geminitro >>>\n",
  "export ",
  "\u2028",
];

Deno.test("every reader of foreign text takes time in proportion to it", () => {
  const piece = fc.array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 3 }).map((all) =>
    all.join("")
  );
  const attack = fc.tuple(fc.constantFrom("", ...FRAGMENTS), piece, fc.constantFrom("", "!", "]", "\r", "x"));
  const limit = 300_000;
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(READERS)), attack, (name, [head, body, tail]) => {
      const text = head + body.repeat(Math.ceil(limit / body.length)) + tail;
      const started = performance.now();
      READERS[name]!(text);
      const took = performance.now() - started;
      // The square of 300,000 is minutes; in proportion it is milliseconds, seconds on the busiest machine.
      assert.ok(
        took < 5_000,
        `${name} took ${Math.round(took)} ms for ${JSON.stringify([head, body, tail])}`,
      );
    }),
    { numRuns: 600 },
  );
});

Deno.test("every reader takes every single fragment, repeated", () => {
  for (const [name, read] of Object.entries(READERS)) {
    for (const fragment of FRAGMENTS) {
      const text = fragment.repeat(Math.ceil(60_000 / fragment.length));
      const started = performance.now();
      read(text);
      read(text + "!");
      const took = performance.now() - started;
      assert.ok(took < 2_000, `${name} took ${Math.round(took)} ms for ${JSON.stringify(fragment)}`);
    }
  }
});

Deno.test("redact() takes 10 MB at the pace of 100 KB", () => {
  for (const fragment of ["Bearer ", " ", "AIza", "?key=", "x".repeat(50) + "\n"]) {
    const paceOf = (size: number) => {
      const text = "Bearer " + fragment.repeat(size / fragment.length) + "!";
      const started = performance.now();
      redact(text);
      return performance.now() - started;
    };
    paceOf(100_000);
    const small = Math.max(1, paceOf(100_000));
    const large = paceOf(10_000_000);
    assert.ok(large < small * 100 * 20 + 5_000, `${JSON.stringify(fragment)}: ${small} ms, ${large} ms`);
  }
});

Deno.test("redact() leaves no secret, whatever stands around it and however long the text is", () => {
  const secrets = [
    "AIzaSyA-0123456789_abcdefghijklmnopqrs",
    "AQ.Ab8RN6abcdefghijklmnopqrs",
    "ya29.a0AfH6SMBx-abc.def_ghi",
    "1//0gabcdefghijklmnop",
    "GOCSPX-abcdefghijklmnop",
  ];
  const around = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 6 }).map((all) => all.join(""));
  const size = fc.constantFrom(0, 1, 1_000, 65_530, 65_536, 131_070);
  fc.assert(
    fc.property(fc.constantFrom(...secrets), around, around, size, (secret, before, after, length) => {
      const clean = redact("x".repeat(length) + " " + before + secret + after);
      assert.ok(!clean.includes(secret), `${before}|${after}`);
    }),
  );
  const leads = fc.array(fc.constantFrom("Bearer ", "bearer\t", "api_key:", "?key=", "&access_token="), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(leads, (all) => {
    const clean = redact(`${all.join("")}plainSecret42 rest`);
    assert.ok(!clean.includes("plainSecret42") && clean.endsWith(" rest"), clean);
  }));
  assert.equal(redact("Authorization: Bearer \t abcdef"), "Authorization: Bearer \t [redacted]");
  assert.equal(
    redact("https://x/?key=abc&access_token=de"),
    "https://x/?key=[redacted]&access_token=[redacted]",
  );
});

Deno.test("one matcher of model filters: stars, question marks, and case, alike everywhere", () => {
  for (const pattern of ["Gemini-2.5-*", "gemini-2.5-*", "GEMINI-2.?-FL*"]) {
    assert.ok(matchesGlob(pattern, "gemini-2.5-flash"), pattern);
    assert.ok(permitsModel({ allowModels: [pattern] }, "Gemini-2.5-Flash"), pattern);
    assert.ok(!permitsModel({ denyModels: [pattern] }, "gemini-2.5-flash"), pattern);
  }
});

Deno.test("the lint rule knows patterns that are not linear", () => {
  for (
    const pattern of [
      String.raw`(?<=[Bb]earer\s+)[^\s]+`,
      String.raw`[\]"']+$`,
      String.raw`\([^)]*\)`,
      "^.*.*.*.*b$",
      "(a+)+b",
      "thinking.*not support",
      "<[^>]*>",
      String.raw`gn1[.-]([a-z_]+)[.-]([A-Za-z0-9_-]*)$`,
    ]
  ) assert.notEqual(superLinear(pattern, ""), undefined, pattern);
  for (const pattern of ["^a+b", "<[^<>]*>", String.raw`[Bb]earer\s+[^\s]+`, "AIza[0-9A-Za-z_-]{10,}"]) {
    assert.equal(superLinear(pattern, "g"), undefined, pattern);
  }
});
