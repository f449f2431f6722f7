import {
  err,
  type Failure,
  invalidRequest,
  isObject,
  type Json,
  type JsonObject,
  ok,
  parseForeign,
  type Result,
} from "../../../core/mod.ts";
import { mimeFromName, mimeOf } from "../../../gemini/mod.ts";
import { parseJson, readBody } from "../../read_body.ts";
import { json } from "../answer_turn.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";
import { replyHeaders } from "../reply_headers.ts";
import { askWhole, beginQuestion, mediumOf, nothingGiven, textOf } from "./ask_model.ts";
import { readFormBody } from "./form_body.ts";

/** OpenAI's voices as the Gemini voices that sound most like them. */
const VOICES: Readonly<Record<string, string>> = {
  alloy: "Kore",
  ash: "Charon",
  ballad: "Enceladus",
  cedar: "Algieba",
  coral: "Aoede",
  echo: "Puck",
  fable: "Fenrir",
  marin: "Leda",
  nova: "Zephyr",
  onyx: "Orus",
  sage: "Sulafat",
  shimmer: "Callirrhoe",
  verse: "Iapetus",
};
const LONGEST_INPUT = 32_000;
const FORMATS = ["wav", "pcm"] as const;

/** Serves POST /v1/audio/speech. */
export async function speak(deps: ProxyDeps, requestContext: RequestContext): Promise<Response | Failure> {
  const bytes = await readBody(requestContext.request, deps.settings.maxBodyBytes);
  if (!bytes.ok) return bytes.error;
  const body = parseJson(bytes.value);
  if (!body.ok) return body.error;
  if (!isObject(body.value)) return invalidRequest("The body must be a JSON object");
  const { model, input, voice, instructions, response_format: wanted } = body.value;
  if (typeof model !== "string") return invalidRequest("model is missing", { param: "model" });
  if (typeof input !== "string" || input === "" || input.length > LONGEST_INPUT) {
    return invalidRequest(`input must be a text of 1 to ${LONGEST_INPUT} characters`, { param: "input" });
  }
  const format = wanted === undefined || wanted === null ? "wav" : FORMATS.find((one) => one === wanted);
  if (format === undefined) {
    return invalidRequest("response_format must be wav or pcm: no encoder for the others is at hand", {
      param: "response_format",
    });
  }
  const asked = await beginQuestion(deps, requestContext, {
    model,
    dialect: "openai_audio",
    operation: "audio.speech",
    bytes: bytes.value.byteLength,
  });
  if (!asked.ok) return asked.error;
  const { trace } = asked.value;
  if (wanted === undefined) trace.warnings.push("The speech is WAV: no MP3 encoder is at hand.");
  const voiceName = voiceOf(voice);
  const said = typeof instructions === "string" && instructions !== ""
    ? `${instructions}\n\n${input}`
    : input;
  const reply = await askWhole(deps, requestContext, asked.value, {
    contents: [{ role: "user", parts: [{ text: said }] }],
    generationConfig: {
      responseModalities: ["AUDIO"],
      speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName } } },
    },
  });
  const medium = reply.ok ? mediumOf(reply.value) : undefined;
  const failure = reply.ok
    ? medium === undefined ? nothingGiven(reply.value, "speech") : undefined
    : reply.error;
  if (failure !== undefined || medium === undefined) {
    trace.record(failure!.status, failure);
    return failure!;
  }
  const headers = replyHeaders(trace, deps.ports.clock.now());
  trace.record(200);
  const samples = Uint8Array.fromBase64(medium.data);
  const rate = Number(/rate=(\d+)/.exec(medium.mimeType)?.[1] ?? 24_000);
  const raw = /l16|pcm/i.test(medium.mimeType);
  const sound = format === "wav" && raw ? wav(samples, rate) : samples;
  return new Response(sound, {
    headers: { ...headers, "content-type": format === "wav" ? "audio/wav" : `audio/pcm;rate=${rate}` },
  });
}

function voiceOf(voice: unknown): string {
  const name = typeof voice === "string"
    ? voice
    : isObject(voice) && typeof voice["id"] === "string"
    ? voice["id"]
    : "alloy";
  return VOICES[name.toLowerCase()] ?? name.slice(0, 60);
}

/** Samples of 16 bits on one channel under a WAV head. */
function wav(samples: Uint8Array, rate: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(44 + samples.byteLength);
  const view = new DataView(file.buffer);
  const word = (at: number, text: string) =>
    [...text].forEach((sign, index) => view.setUint8(at + index, sign.charCodeAt(0)));
  word(0, "RIFF");
  view.setUint32(4, 36 + samples.byteLength, true);
  word(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, "data");
  view.setUint32(40, samples.byteLength, true);
  file.set(samples, 44);
  return file;
}

interface Segment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const TRANSCRIPTS = ["json", "text", "verbose_json", "srt", "vtt"] as const;

/** Serves POST /v1/audio/transcriptions, and translations into English. */
export async function transcribe(
  deps: ProxyDeps,
  requestContext: RequestContext,
  translates: boolean,
): Promise<Response | Failure> {
  const form = await readFormBody(deps, requestContext);
  if (!form.ok) return form.error;
  const [file] = form.value.files("file");
  const model = form.value.text("model");
  const wanted = form.value.text("response_format") ?? "json";
  const format = TRANSCRIPTS.find((one) => one === wanted);
  if (file === undefined) {
    return invalidRequest("file is missing: send the recording's bytes in it", { param: "file" });
  }
  if (model === undefined) return invalidRequest("model is missing", { param: "model" });
  if (format === undefined) {
    return invalidRequest(`response_format must be one of ${TRANSCRIPTS.join(", ")}`, {
      param: "response_format",
    });
  }
  const asked = await beginQuestion(deps, requestContext, {
    model,
    dialect: "openai_audio",
    operation: translates ? "audio.translations" : "audio.transcriptions",
    bytes: form.value.bytes,
  });
  if (!asked.ok) return asked.error;
  const { trace } = asked.value;
  const timed = format !== "json" && format !== "text";
  const data = (await file.bytes()).toBase64();
  const said = file.type === "" || file.type === "application/octet-stream"
    ? mimeFromName(file.name)
    : file.type;
  const reply = await askWhole(deps, requestContext, asked.value, {
    contents: [{
      role: "user",
      parts: [
        { inlineData: { mimeType: mimeOf(said, data), data } },
        { text: order(translates, timed, form.value.text("language"), form.value.text("prompt")) },
      ],
    }],
    generationConfig: {
      temperature: 0,
      ...(timed ? { responseMimeType: "application/json", responseSchema: SEGMENTS } : {}),
    },
  }, "turn");
  const segments = reply.ok && timed ? segmentsOf(textOf(reply.value)) : undefined;
  const failure = !reply.ok ? reply.error : timed && segments?.ok === false ? segments.error : undefined;
  if (failure !== undefined || !reply.ok) {
    trace.record(failure!.status, failure);
    return failure!;
  }
  const headers = replyHeaders(trace, deps.ports.clock.now());
  trace.record(200);
  return shaped(format, textOf(reply.value).trim(), segments?.ok ? segments.value : [], headers, {
    task: translates ? "translate" : "transcribe",
    language: translates ? "english" : form.value.text("language") ?? "",
  });
}

function order(translates: boolean, timed: boolean, language?: string, hint?: string): string {
  return [
    translates
      ? "Translate what is said in this recording into English."
      : "Write down word for word what is said in this recording.",
    timed
      ? "Give it as a list of segments of a sentence each, with start and end in seconds from the beginning."
      : "Answer with those words alone: no title, no times, no remarks.",
    language === undefined || translates ? "" : `It is spoken in ${language.slice(0, 40)}.`,
    hint === undefined ? "" : `Names and words that may come: ${hint.slice(0, 1000)}`,
  ].filter((line) => line !== "").join(" ");
}

const SEGMENTS = {
  type: "ARRAY",
  items: {
    type: "OBJECT",
    properties: { start: { type: "NUMBER" }, end: { type: "NUMBER" }, text: { type: "STRING" } },
    required: ["start", "end", "text"],
  },
} as const;

function segmentsOf(text: string): Result<readonly Segment[], Failure> {
  try {
    const list: unknown = parseForeign(text);
    if (Array.isArray(list)) {
      return ok(
        list.filter(isObject).map(({ start, end, text }) => ({
          start: Math.max(0, Number(start) || 0),
          end: Math.max(0, Number(end) || 0),
          text: String(text ?? "").trim(),
        })),
      );
    }
  } catch {
    // Reported below.
  }
  return err({
    class: "empty_reply",
    status: 502,
    code: "empty_reply",
    message: "The model gave no segments: ask again, or for response_format json",
    scope: "request",
  });
}

function shaped(
  format: typeof TRANSCRIPTS[number],
  text: string,
  segments: readonly Segment[],
  headers: Record<string, string>,
  about: JsonObject,
): Response {
  const words = segments.map((segment) => segment.text).join(" ");
  switch (format) {
    case "json":
      return json({ text }, headers);
    case "text":
      return new Response(`${text}\n`, {
        headers: { ...headers, "content-type": "text/plain; charset=utf-8" },
      });
    case "srt":
    case "vtt":
      return new Response(subtitles(format, segments), {
        headers: {
          ...headers,
          "content-type": format === "vtt"
            ? "text/vtt; charset=utf-8"
            : "application/x-subrip; charset=utf-8",
        },
      });
    case "verbose_json":
      return json({
        ...about,
        duration: segments.at(-1)?.end ?? 0,
        text: words,
        segments: segments.map((segment, id): Json => ({
          id,
          seek: 0,
          start: segment.start,
          end: segment.end,
          text: segment.text,
          tokens: [],
          temperature: 0,
          avg_logprob: 0,
          compression_ratio: 1,
          no_speech_prob: 0,
        })),
      }, headers);
  }
}

function subtitles(format: "srt" | "vtt", segments: readonly Segment[]): string {
  const time = (seconds: number) => {
    const ms = Math.round(seconds * 1000);
    const two = (value: number, length = 2) => String(Math.floor(value)).padStart(length, "0");
    const point = format === "srt" ? "," : ".";
    return `${two(ms / 3_600_000)}:${two(ms / 60_000 % 60)}:${two(ms / 1000 % 60)}${point}${
      two(ms % 1000, 3)
    }`;
  };
  const cues = segments.map(({ start, end, text }, index) =>
    `${format === "srt" ? `${index + 1}\n` : ""}${time(start)} --> ${time(end)}\n${
      text.replace(/\n+/g, " ")
    }\n`
  );
  return `${format === "vtt" ? "WEBVTT\n\n" : ""}${cues.join("\n")}`;
}
