import assert from "node:assert/strict";
import type { JsonObject } from "../core/mod.ts";
import { SignatureBook } from "./signatures.ts";
import { ask, bench, messageOf, partsOf, type SimPart } from "../../tests/support/sim_calls.ts";

const TOOLS = {
  tools: [{ functionDeclarations: [{ name: "get_weather", parameters: { type: "OBJECT" } }] }],
};
const MODEL = { model: "gemini-3-flash-preview" };

async function firstParts(
  post: ReturnType<typeof bench>["post"],
  prompt: string,
): Promise<readonly SimPart[]> {
  return partsOf(await (await post(ask(prompt, TOOLS), MODEL)).json());
}

function history(parts: readonly SimPart[], prompt = "weather?"): JsonObject {
  const calls = parts.filter((part) => part.functionCall);
  const responses = calls.map((part) => ({
    functionResponse: {
      id: part.functionCall?.id,
      name: part.functionCall?.name,
      response: { output: "sunny" },
    },
  }));
  return {
    contents: [
      { role: "user", parts: [{ text: prompt }] },
      { role: "model", parts: parts as unknown as JsonObject[] },
      { role: "user", parts: responses as unknown as JsonObject[] },
    ],
    ...TOOLS,
  };
}

const unsigned = (part: SimPart): SimPart => ({ functionCall: part.functionCall! });

Deno.test("judge() knows its own signatures in both alphabets, the stand-ins, and nothing else", () => {
  const book = new SignatureBook("service/1");
  const signature = book.issue();
  assert.equal(book.judge(signature), "ours");
  assert.equal(book.judge(signature.replaceAll("+", "-").replaceAll("/", "_")), "ours");
  assert.equal(book.judge("skip_thought_signature_validator"), "dummy");
  assert.equal(book.judge(btoa("skip_thought_signature_validator")), "dummy");
  assert.equal(book.judge("context_engineering_is_the_way_to_go"), "dummy");
  assert.equal(book.judge(signature.slice(0, -8) + "AAAAAAAA"), "foreign");
  assert.equal(book.judge("AAAA"), "foreign");
  assert.equal(new SignatureBook("service/2").judge(signature), "foreign");
  assert.notEqual(book.issue(), signature);
});

Deno.test("Gemini 3 signs the first of parallel calls and takes the turn back as it was", async () => {
  const { post } = bench();
  const parts = await firstParts(post, "weather in parallel");
  assert.equal(parts.length, 2);
  assert.equal(typeof parts[0]?.thoughtSignature, "string");
  assert.equal(parts[1]?.thoughtSignature, undefined);
  const second = await post(history(parts), MODEL);
  assert.equal(second.status, 200);
  assert.match(partsOf(await second.json())[0]?.text ?? "", /sunny/);
});

Deno.test("Gemini 3 refuses the current turn when its first call lost the signature", async () => {
  const { post } = bench();
  const parts = (await firstParts(post, "weather?")).map(unsigned);
  const response = await post(history(parts), MODEL);
  assert.equal(response.status, 400);
  assert.equal(
    await messageOf(response),
    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, " +
      "and missing thought_signature may lead to degraded model performance. Additional data, function call " +
      "`default_api:get_weather` , position 2. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures " +
      "for more details.",
  );
});

Deno.test("Gemini 3 does not look at turns before the last prompt", async () => {
  const { post } = bench();
  const parts = (await firstParts(post, "weather?")).map(unsigned);
  const body = history(parts) as { contents: JsonObject[] };
  body.contents.push({ role: "model", parts: [{ text: "Sunny." }] }, {
    role: "user",
    parts: [{ text: "thanks" }],
  });
  assert.equal((await post(body as unknown as JsonObject, MODEL)).status, 200);
});

Deno.test("Gemini 3 takes the stand-in and refuses foreign and empty signatures", async () => {
  const { post } = bench();
  const [part] = await firstParts(post, "weather?");
  const signed = (thoughtSignature: string): JsonObject =>
    history([{ ...unsigned(part!), thoughtSignature }]);
  assert.equal((await post(signed("skip_thought_signature_validator"), MODEL)).status, 200);
  for (const bad of ["", "AAAA", btoa("some other service")]) {
    const response = await post(signed(bad), MODEL);
    assert.equal(response.status, 400);
    assert.equal(await messageOf(response), "Corrupted thought signature.");
  }
  assert.match(
    await messageOf(await post(signed("not base64!"), MODEL)),
    /thought_signature' \(TYPE_BYTES\)/,
  );
});

Deno.test("every later step of the turn needs a signature of its own", async () => {
  const { post } = bench();
  const parts = await firstParts(post, "weather?");
  const body = history(parts) as { contents: JsonObject[] };
  const again = parts.map(unsigned) as unknown as JsonObject[];
  body.contents.push({ role: "model", parts: again }, body.contents[2]!);
  assert.match(await messageOf(await post(body as unknown as JsonObject, MODEL)), /position 4\./);
});

Deno.test("Gemini 2.5 needs no signature, and sends one only when tools are declared", async () => {
  const { post } = bench();
  const signed = partsOf(await (await post(ask("hello", TOOLS))).json());
  assert.ok(signed[0]?.thoughtSignature);
  const plain = partsOf(await (await post(ask("hello"))).json());
  assert.equal(plain[0]?.thoughtSignature, undefined);
  const parts = partsOf(await (await post(ask("weather?", TOOLS))).json()).map(unsigned);
  assert.equal((await post(history(parts))).status, 200);
});

Deno.test("signaturesPerProject binds signatures to the project that got them", async () => {
  const projects = [{ id: "a", keys: ["a1", "a2"] }, { id: "b", keys: ["b1"] }];
  const { post } = bench({ projects, signaturesPerProject: true });
  const first = await post(ask("weather?", TOOLS), { ...MODEL, key: "a1" });
  const body = history(partsOf(await first.json()));
  assert.equal((await post(body, { ...MODEL, key: "a2" })).status, 200);
  assert.equal((await post(body, { ...MODEL, key: "b1" })).status, 400);
});

Deno.test("models that want ids back answer with nothing when a response names another call", async () => {
  const { post } = bench();
  const more = { model: "gemini-3.5-flash" };
  const parts = partsOf(await (await post(ask("weather?", TOOLS), more)).json());
  assert.match(parts[0]?.functionCall?.id ?? "", /^[0-9a-z]{8}$/);
  const body = JSON.stringify(history(parts));
  assert.ok(partsOf(await (await post(JSON.parse(body), more)).json()).length > 0);
  const id = parts[0]?.functionCall?.id ?? "";
  const at = body.lastIndexOf(id);
  const changed = body.slice(0, at) + "otherone" + body.slice(at + id.length);
  const reply = await (await post(JSON.parse(changed), more)).json();
  assert.deepEqual(reply.candidates[0].content, { role: "model" });
  assert.equal(reply.candidates[0].finishReason, "STOP");
});
