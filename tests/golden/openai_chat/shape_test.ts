import assert from "node:assert/strict";
import { isObject } from "../../../src/core/mod.ts";
import { decodeChat, encodeChat, eventsOf } from "../../support/chat_fixture.ts";

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? new URL("../../../../shared", import.meta.url).pathname;
const FOLDER = `${SHARED}/recordings/openai-anthropic-output-shape`;

/** What the real service adds that says something about itself only. */
const OWN = new Set(["annotations", "service_tier", "obfuscation", "moderation"]);

function recorded(name: string): string | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(`${FOLDER}/${name}`)).response.body_text;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`skipped: no recordings at ${FOLDER}; set GEMINITRO_SHARED`);
    return undefined;
  }
}

/** Every key of the real reply is in ours, with a value of the same kind. */
function assertShape(ours: unknown, real: unknown, path = "$"): void {
  if (Array.isArray(real)) {
    assert.ok(Array.isArray(ours), path);
    if (real.length > 0 && ours.length > 0) assertShape(ours[0], real[0], `${path}[0]`);
  } else if (isObject(real)) {
    assert.ok(isObject(ours), path);
    for (const [key, value] of Object.entries(real)) {
      // The real service sends null there at times, though its own schema wants a text or nothing.
      if (OWN.has(key) || key === "system_fingerprint") continue;
      assert.ok(key in ours, `${path}.${key} is missing`);
      if (value !== null && ours[key] !== null) assertShape(ours[key], value, `${path}.${key}`);
    }
  } else assert.equal(typeof ours, typeof real, path);
}

const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };
const turn = (parts: unknown[], finishReason = "STOP") => [
  { candidates: [{ content: { parts }, finishReason }], usageMetadata },
];
const calls = [{ functionCall: { name: "f", args: { a: 1 } } }, { functionCall: { name: "g" } }];
const encode = (chunks: unknown[]) =>
  encodeChat(eventsOf(chunks), decodeChat({ stream_options: { include_usage: true } }).context);

for (
  const [file, chunks] of [
    ["cc-text.json", turn([{ text: "Paris." }])],
    ["cc-parallel-tools.json", turn(calls)],
    ["cc-length-all-reasoning.json", turn([], "MAX_TOKENS")],
  ] as const
) {
  Deno.test(`the reply has the shape of the real ${file}`, () => {
    const real = recorded(file);
    if (real === undefined) return;
    const parsed = JSON.parse(real);
    const { reply } = encode([...chunks]);
    assertShape(reply, parsed);
    const finish = (value: unknown) =>
      (value as { choices: { finish_reason: string }[] }).choices[0]?.finish_reason;
    assert.equal(finish(reply), finish(parsed));
  });
}

for (
  const [file, chunks] of [
    ["cc-stream-text-usage.json", turn([{ text: "Paris." }])],
    ["cc-stream-parallel-tools.json", turn(calls)],
    ["cc-stream-length-no-content.json", turn([], "MAX_TOKENS")],
  ] as const
) {
  Deno.test(`the first, finishing and usage chunks have the shape of the real ${file}`, () => {
    const real = recorded(file);
    if (real === undefined) return;
    const parsed = real.split("\n").filter((line) => line.startsWith("data: {")).map((line) =>
      JSON.parse(line.slice(6))
    );
    const { frames } = encode([...chunks]);
    for (const at of [0, -2, -1]) assertShape(frames.at(at), parsed.at(at));
    assert.ok(real.trimEnd().endsWith("data: [DONE]"));
  });
}
