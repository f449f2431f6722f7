import assert from "node:assert/strict";
import { isObject } from "../../src/core/mod.ts";
import { proxyUnderTest, type UnderTest } from "../support/proxy_under_test.ts";
import { partsOf } from "../support/recordings.ts";
import { ask, at, DIALECT_NAMES, frames, MODEL, send, textOf, type Told } from "./calls.ts";

const SHARED = Deno.env.get("GEMINITRO_SHARED") ?? new URL("../../../shared", import.meta.url).pathname;

interface Recorded {
  readonly file: string;
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly exact: boolean;
  readonly stream: boolean;
}

function recorded(): Recorded[] {
  const found: Recorded[] = [];
  let folders: Deno.DirEntry[];
  try {
    folders = [...Deno.readDirSync(`${SHARED}/recordings`)];
  } catch {
    console.log(`skipped: no recordings at ${SHARED}/recordings; set GEMINITRO_SHARED`);
    return [];
  }
  for (const { name: folder, isDirectory } of folders) {
    if (!isDirectory || folder === "openai-anthropic-output-shape") continue;
    for (const { name } of Deno.readDirSync(`${SHARED}/recordings/${folder}`)) {
      if (!name.endsWith(".json")) continue;
      const { request, response, meta } = JSON.parse(
        Deno.readTextFileSync(`${SHARED}/recordings/${folder}/${name}`),
      );
      const path = String(request?.url_path ?? "");
      const body = response?.body_text;
      if (typeof body !== "string" || body === "") continue;
      if (!/[Gg]enerateContent/.test(path) && !body.includes('"candidates"')) continue;
      found.push({
        file: `${folder}/${name}`,
        status: Number(response.status),
        type: String(response.content_type ?? "application/json"),
        body,
        exact: String(meta?.body_exact).startsWith("exact"),
        stream: path.includes("stream") || body.startsWith("data:"),
      });
    }
  }
  return found.sort((a, b) => a.file.localeCompare(b.file));
}

const ALL = recorded();
const GOOD = ALL.filter(({ status }) => status === 200);
const ignore = ALL.length === 0;

/** Pieces of uneven length, the same ones each time. */
function torn(text: string): string[] {
  const pieces: string[] = [];
  let seed = text.length;
  for (let start = 0; start < text.length;) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const size = 1 + seed % Math.max(2, Math.ceil(text.length / 12));
    pieces.push(text.slice(start, start + size));
    start += size;
  }
  return pieces;
}

function replay(t: UnderTest, { status, type, body }: Recorded, pieces: readonly string[] = [body]): void {
  t.simulator.control.clearFaults();
  t.simulator.control.replay(pieces, { status, contentType: type, times: Infinity });
}

/** Native replies that the proxy tries again: nothing in them, or an error in place of an answer. */
function triedAgain({ body }: Recorded): boolean {
  return /MALFORMED_FUNCTION_CALL/.test(body) ||
    valuesOf(body).some((value) => isObject(value) && isObject(value["error"]));
}

/** The JSON values of a body, framed or not. */
function valuesOf(body: string): unknown[] {
  if (/^\s*(data:|:|event:)/.test(body)) {
    return [...body.matchAll(/^data:(.*)$/gm)].flatMap((match) => {
      try {
        return [JSON.parse(match[1]!)];
      } catch {
        return [];
      }
    });
  }
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value : [value];
  } catch {
    return [];
  }
}

Deno.test(
  "recordings: native replies pass byte for byte, whatever way they are cut",
  { ignore },
  async () => {
    await using t = await proxyUnderTest();
    let exact = 0;
    for (const recording of GOOD) {
      if (triedAgain(recording)) continue;
      const { file, body, type, stream } = recording;
      const turnEnds = /finishReason|blockReason/.test(body);
      if (stream && !turnEnds) continue;
      for (const pieces of stream ? [[body], torn(body)] : [[body]]) {
        replay(t, recording, pieces);
        const response = await send(
          t,
          `/v1beta/models/${MODEL}:${stream ? "streamGenerateContent" : "generateContent"}`,
          {
            body: { contents: [{ role: "user", parts: [{ text: file }] }] },
          },
        );
        assert.equal(await response.text(), body, file);
        assert.equal(response.status, 200, file);
        assert.equal(response.headers.get("content-type"), type, file);
      }
      if (recording.exact) exact++;
    }
    assert.ok(exact >= 20, `only ${exact} exact ones`);
  },
);

Deno.test(
  "recordings: recorded refusals keep their status and Google's words natively",
  { ignore },
  async () => {
    await using t = await proxyUnderTest();
    for (
      const recording of ALL.filter(({ status, body }) =>
        status === 400 && !/API[_ ]KEY|API key|location/i.test(body)
      )
    ) {
      replay(t, recording);
      const response = await send(t, `/v1beta/models/${MODEL}:generateContent`, {
        body: { contents: [{ role: "user", parts: [{ text: recording.file }] }] },
      });
      const told = await response.text();
      const [value] = valuesOf(recording.body);
      assert.equal(response.status, 400, recording.file);
      assert.equal(JSON.parse(told).error.message, at(value, "error.message"), recording.file);
    }
  },
);

/** Visible text and calls by a plain walk over the recorded parts of candidate 0. */
function told(body: string): { text: string; calls: number } {
  const parts = partsOf(valuesOf(body));
  const run = parts.filter((part) => isObject(part["functionResponse"])).length;
  return {
    text: parts.filter((part) => part["thought"] !== true).map(({ text }) =>
      typeof text === "string" ? text : ""
    ).join(""),
    calls: parts.filter(({ functionCall }) => isObject(functionCall) && functionCall["name"] !== undefined)
      .length - run,
  };
}

/** Recordings of ordinary turns: text and calls, one candidate, whole. */
const TURNS = GOOD.filter((recording) => {
  const { text, calls } = told(recording.body);
  const codes = /executableCode|inlineData|groundingMetadata|partialArgs|logprobs|urlContext/i.test(
    recording.body,
  );
  return !triedAgain(recording) && /"finishReason":\s*"(STOP|MAX_TOKENS)"/.test(recording.body) && !codes &&
    (text !== "" || calls > 0);
});

function callsOf(dialect: typeof DIALECT_NAMES[number], reply: Told, stream: boolean): number {
  const all = stream ? frames(reply.text) : [reply.json];
  const text = JSON.stringify(all);
  if (dialect === "chat") {
    return new Set([...text.matchAll(/"id":"(?!chatcmpl)([^"]+)","type":"function"/g)].map((m) => m[1])).size;
  }
  if (dialect === "messages") return (text.match(/"type":"tool_use"/g) ?? []).length;
  const done = stream ? all.filter(({ type }) => type === "response.output_item.done") : all;
  return (JSON.stringify(done).match(/"type":"function_call"/g) ?? []).length;
}

for (const dialect of DIALECT_NAMES) {
  Deno.test(
    `recordings: turns reach ${dialect} clients with their text, calls, finish and usage`,
    { ignore },
    async () => {
      await using t = await proxyUnderTest();
      assert.ok(TURNS.length > 40, `only ${TURNS.length}`);
      for (const recording of TURNS) {
        const { text, calls } = told(recording.body);
        replay(t, recording, recording.stream ? torn(recording.body) : [recording.body]);
        const reply = await ask(t, dialect, { stream: recording.stream, text: recording.file });
        const where = `${recording.file}: ${reply.text.slice(0, 300)}`;
        assert.equal(reply.status, 200, where);
        assert.equal(textOf(dialect, reply), text, where);
        assert.equal(callsOf(dialect, reply, recording.stream), calls, where);
        if (recording.stream && dialect === "chat") assert.ok(reply.text.endsWith("data: [DONE]\n\n"), where);
        if (!recording.stream) {
          const usage = reply.json["usage"] as Record<string, unknown>;
          assert.ok(Object.values(usage).some((count) => typeof count === "number" && count > 0), where);
        }
      }
    },
  );
}
