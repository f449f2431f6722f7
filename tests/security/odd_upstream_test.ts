/** What an upstream can answer, value by value: wrong types, depths and counts end in an answer or an honest error, never in a crash. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ask, askNative, DIALECT_NAMES, type Told } from "../e2e/calls.ts";
import { generateRecordings } from "../support/recordings.ts";
import { head, HostileUpstream, type Hostility } from "../support/hostile_upstream.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";

type Lane = (t: UnderTest) => Promise<Told>;

const LANES: readonly (readonly [string, Lane])[] = [
  ...DIALECT_NAMES.flatMap((dialect) =>
    [false, true].map((stream) =>
      [`${dialect}${stream ? " streamed" : ""}`, (t: UnderTest) => ask(t, dialect, { stream })] as const
    )
  ),
  ["native", (t) => askNative(t, "generateContent")],
];

/** Answers every turn with the body set last; a stream where a stream is asked for. */
class Answering {
  body = "";
  readonly hostility: Hostility = ({ path }) => {
    const streamed = /streamGenerateContent/.test(path);
    const text = streamed ? `data: ${this.body}\n\n` : this.body;
    const type = streamed ? "text/event-stream" : "application/json";
    const bytes = new TextEncoder().encode(text);
    return [head(200, type, `content-length: ${bytes.length}\r\n`), bytes];
  };
}

async function withAnswers(
  task: (t: UnderTest, upstream: HostileUpstream, set: (body: string) => void) => Promise<void>,
) {
  const answering = new Answering();
  await using upstream = new HostileUpstream(answering.hostility);
  await using t = await proxyUnderTest({ env: { GEMINI_API_URL: upstream.url, QUEUE_MAX_WAIT: "0" } });
  await task(t, upstream, (body) => answering.body = body);
}

/** An HTTP answer in the dialect's form: a success, or an error that is no fault of ours. */
function assertHonest(told: Told, what: string): void {
  assert.notEqual(told.status, 500, `${what}: ${told.text.slice(0, 300)}`);
  assert.ok(told.text.length > 0, what);
}

const turn = (more: object) =>
  JSON.stringify({
    candidates: [{ content: { role: "model", parts: [{ text: "hello" }] }, finishReason: "STOP", index: 0 }],
    ...more,
  });

/** Oddities beside a good answer: they are left out, and the call is answered once, with its text. */
const BESIDE: Readonly<Record<string, object>> = {
  "details with nothing in them": { usageMetadata: { promptTokensDetails: [null], promptTokenCount: 3 } },
  "details that are no list": { usageMetadata: { promptTokensDetails: 5, candidatesTokensDetails: "x" } },
  "counts that are no numbers": { usageMetadata: { promptTokenCount: "three", totalTokenCount: {} } },
  "counts below nothing": { usageMetadata: { promptTokenCount: -4, totalTokenCount: -1e300 } },
  "usage that is no object": { usageMetadata: [1] },
  "feedback that is no object": { promptFeedback: 7 },
  "a version that is no text": { modelVersion: { a: 1 }, responseId: 9 },
};

Deno.test("odd values beside a good answer cost nothing: one call, the text, on every lane", async () => {
  await withAnswers(async (t, upstream, set) => {
    for (const [what, more] of Object.entries(BESIDE)) {
      set(turn(more));
      for (const [lane, call] of LANES) {
        const before = upstream.calls;
        const told = await call(t);
        assert.equal(told.status, 200, `${what}, ${lane}: ${told.text.slice(0, 300)}`);
        assert.match(told.text, /hello/, `${what}, ${lane}`);
        assert.equal(upstream.calls - before, 1, `${what}, ${lane}`);
      }
    }
  });
});

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

Deno.test("a tool call of 100,000 levels is an answer or an honest error, on every lane", async () => {
  await withAnswers(async (t, upstream, set) => {
    set(
      `{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"f","args":${
        deep(100_000)
      }}}]},"finishReason":"STOP"}]}`,
    );
    for (const [lane, call] of LANES) {
      const before = upstream.calls;
      assertHonest(await call(t), lane);
      assert.ok(upstream.calls - before <= 8, `${lane}: ${upstream.calls - before} calls`);
    }
  });
});

/** Other values for a place in a reply. */
const ODD: readonly unknown[] = [null, 0, -1, 1e308, "", "x", "\ud800", true, [], {}, [null], [[]], {
  a: null,
}];

/** Changes one place of a JSON value, found by walking as the numbers say. */
function mutated(value: unknown, path: readonly number[], odd: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined || value === null || typeof value !== "object") return odd;
  const keys = Object.keys(value);
  if (keys.length === 0) return odd;
  const key = keys[step % keys.length]!;
  const inner = mutated((value as Record<string, unknown>)[key], rest, odd);
  return Array.isArray(value)
    ? value.map((one, index) => String(index) === key ? inner : one)
    : { ...value, [key]: inner };
}

/** The first chunk or the whole of each recorded reply. */
const RECORDED: readonly unknown[] = generateRecordings().flatMap(({ body }) => {
  try {
    const text = body.startsWith("data:") ? /^data: (.*)$/m.exec(body)?.[1] ?? "" : body;
    const parsed: unknown = JSON.parse(text);
    return [Array.isArray(parsed) ? parsed[0] : parsed];
  } catch {
    return [];
  }
});

Deno.test({
  name: "recorded replies with one place changed never crash a lane",
  ignore: RECORDED.length === 0,
  fn: () =>
    withAnswers(async (t, _upstream, set) => {
      const case_ = fc.tuple(
        fc.constantFrom(...RECORDED),
        fc.array(fc.nat(40), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...ODD),
        fc.constantFrom(...LANES),
      );
      await fc.assert(
        fc.asyncProperty(case_, async ([recorded, path, odd, [lane, call]]) => {
          set(JSON.stringify(mutated(recorded, path, odd)));
          assertHonest(await call(t), `${lane} ${path.join()} ${JSON.stringify(odd)}`);
        }),
        { numRuns: 120, interruptAfterTimeLimit: 20_000 },
      );
    }),
});
