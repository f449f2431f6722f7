/** Good bodies of every agent with fields, blocks and items that nobody knows put into them: never a refusal. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isObject } from "../../src/core/mod.ts";
import { anthropicMessages, type AnyDialect, openaiChat, openaiResponses } from "../../src/dialects/mod.ts";
import { createSimulator, DEFAULT_MODELS } from "../../src/sim/mod.ts";
import { AGENTS } from "../support/agent_bodies.ts";
import { decodeInput } from "../support/dialect_calls.ts";

type Json = Record<string, unknown>;

const BODIES = 20_000;
/** Every so many bodies one goes to the simulator, which is as strict as Google. */
const JUDGED = 10;
const KEY = "AIzaSyTestKeyNumberOne0000000000000001";

const DIALECTS: readonly (readonly [string, AnyDialect, entries: string])[] = [
  ["/v1/chat/completions", openaiChat as AnyDialect, "messages"],
  ["/v1/messages", anthropicMessages as AnyDialect, "messages"],
  ["/v1/responses", openaiResponses as AnyDialect, "input"],
];

const GOOD = AGENTS.flatMap(({ agent, path, body, headers }) => {
  const found = DIALECTS.find(([of]) => path.startsWith(of));
  return found === undefined
    ? []
    : [{ agent, body, headers: headers ?? {}, dialect: found[1], entries: found[2] }];
});

const value = fc.oneof(
  { depthSize: "small" },
  fc.string({ maxLength: 8 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<unknown[]>([], {}, ["x"], { type: "x" }, { text: "words" }, {
    content: [{ text: "deep" }],
  }),
  fc.array(fc.string({ maxLength: 3 }), { maxLength: 2 }),
);
/** Names of fields and kinds that no API has. */
const strangeName = fc.stringMatching(/^[a-z]{3,8}$/).map((name) => `zz_${name}`);
const strange = fc.record({
  type: strangeName,
  text: value,
  content: value,
  payload: value,
}, { requiredKeys: ["type"] });
const insertion = fc.oneof(
  fc.record({ at: fc.constant("body" as const), name: strangeName, value }),
  fc.record({ at: fc.constant("entry" as const), name: strangeName, value, index: fc.nat(50) }),
  fc.record({
    at: fc.constant("block" as const),
    block: fc.oneof(strange, fc.constant(null), fc.integer()),
    index: fc.nat(50),
  }),
  fc.record({ at: fc.constant("item" as const), item: strange, index: fc.nat(50) }),
  fc.record({
    at: fc.constant("role" as const),
    role: strangeName,
    content: fc.string({ minLength: 1, maxLength: 5 }),
    index: fc.nat(50),
  }),
);
type Insertion = typeof insertion extends fc.Arbitrary<infer Made> ? Made : never;

function insert(body: Json, entries: string, what: Insertion): Json {
  const list = body[entries] as unknown[];
  const changed = (index: number, change: (entry: Json) => unknown) =>
    list.map((entry, place) => place === index % list.length ? change(entry as Json) : entry);
  switch (what.at) {
    case "body":
      return { ...body, [what.name]: what.value };
    case "entry":
      return { ...body, [entries]: changed(what.index, (entry) => ({ ...entry, [what.name]: what.value })) };
    case "block":
      return {
        ...body,
        [entries]: changed(
          what.index,
          (entry) =>
            Array.isArray(entry["content"])
              ? { ...entry, content: [...entry["content"], what.block] }
              : entry,
        ),
      };
    case "item":
      return { ...body, [entries]: list.toSpliced(what.index % (list.length + 1), 0, what.item) };
    case "role":
      return {
        ...body,
        [entries]: list.toSpliced(what.index % (list.length + 1), 0, {
          role: what.role,
          content: what.content,
        }),
      };
  }
}

Deno.test(`property: ${BODIES} bodies of agents with unknown fields, blocks, items and roles are all taken`, async () => {
  const simulator = createSimulator({ projects: [{ id: "p", keys: [KEY] }], models: DEFAULT_MODELS });
  let judged = 0;
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...GOOD),
      fc.array(insertion, { minLength: 1, maxLength: 5 }),
      fc.constantFrom("gemini-2.5-flash", "gemini-3.6-flash"),
      async ({ agent, body, headers, dialect, entries }, insertions, model) => {
        const changed = insertions.reduce((made, what) => insert(made, entries, what), body as Json);
        const call = dialect.decodeRequest(changed, decodeInput({ model, headers }));
        assert.ok(call.ok, call.ok ? "" : `${agent}: ${JSON.stringify(call.error)}`);
        const told = insertions.filter(({ at }) => at === "role" || at === "item");
        if (told.length > 0) assert.ok(call.value.warnings.length > 0, `${agent}: nothing was said`);
        if (count++ % JUDGED > 0) return;
        judged++;
        const reply = await simulator.fetch(
          new Request(`http://sim/v1beta/models/${model}:generateContent`, {
            method: "POST",
            headers: { "x-goog-api-key": KEY },
            body: JSON.stringify(call.value.request),
          }),
        );
        const text = await reply.text();
        assert.equal(reply.status, 200, `${agent}: ${text}`);
        assert.ok(isObject(JSON.parse(text)));
      },
    ),
    { numRuns: BODIES, seed: 10 },
  );
  assert.ok(judged >= BODIES / JUDGED, `${judged} bodies were judged`);
});
