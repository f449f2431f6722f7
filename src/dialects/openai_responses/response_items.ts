import { isObject, type JsonObject } from "../../core/mod.ts";
import { groundedSpans } from "../../gemini/mod.ts";
import type { OwnTool } from "./client_tools.ts";
import type { ClientTool } from "./responses_context.ts";
import { jsonText } from "../shared_fields.ts";

/** A message item while it is open; it has one part of text. */
export class MessageItem {
  /** The text written so far, which citations point into. */
  text = "";
  readonly #annotations: JsonObject[] = [];
  #logprobs: readonly JsonObject[] = [];
  readonly #place: string;

  constructor(readonly writer: FrameSink, readonly id: string, readonly index: number) {
    this.#place = `"item_id":"${id}","output_index":${index},"content_index":0`;
    writer.emit(
      "response.output_item.added",
      `"output_index":${index},"item":{"id":"${id}","type":"message","status":"in_progress","content":[],"role":"assistant"}`,
    );
    writer.emit(
      "response.content_part.added",
      `${this.#place},"part":{"type":"output_text","annotations":[],"logprobs":[],"text":""}`,
    );
  }

  add(text: string): void {
    this.text += text;
    this.writer.emit(
      "response.output_text.delta",
      `${this.#place},"delta":${this.writer.text(text)},"logprobs":[]`,
    );
  }

  annotate(annotation: JsonObject): void {
    const index = this.#annotations.push(annotation) - 1;
    this.writer.emit(
      "response.output_text.annotation.added",
      `${this.#place},"annotation_index":${index},"annotation":${this.writer.text(annotation)}`,
    );
  }

  addLogprobs(logprobs: readonly JsonObject[]): void {
    this.#logprobs = [...this.#logprobs, ...logprobs];
  }

  close(status: "completed" | "incomplete"): JsonObject {
    const part = {
      type: "output_text",
      annotations: this.#annotations,
      logprobs: this.#logprobs,
      text: this.text,
    };
    const item = { id: this.id, type: "message", status, content: [part], role: "assistant" };
    const logprobs = this.writer.text(this.#logprobs);
    this.writer.emit(
      "response.output_text.done",
      `${this.#place},"text":${this.writer.text(this.text)},"logprobs":${logprobs}`,
    );
    this.writer.emit("response.content_part.done", `${this.#place},"part":${this.writer.text(part)}`);
    this.writer.emit(
      "response.output_item.done",
      `"output_index":${this.index},"item":${this.writer.text(item)}`,
    );
    return item;
  }
}

/** A reasoning item while it is open. Closed only when the next event is known, as the signature comes with it. */
export class ReasoningItem {
  #text = "";
  readonly #place: string;

  constructor(readonly writer: FrameSink, readonly id: string, readonly index: number) {
    this.#place = `"item_id":"${id}","output_index":${index},"summary_index":0`;
    writer.emit(
      "response.output_item.added",
      `"output_index":${index},"item":${writer.text(this.#item([]))}`,
    );
  }

  add(text: string): void {
    if (this.#text === "") {
      this.writer.emit(
        "response.reasoning_summary_part.added",
        `${this.#place},"part":{"type":"summary_text","text":""}`,
      );
    }
    this.#text += text;
    this.writer.emit(
      "response.reasoning_summary_text.delta",
      `${this.#place},"delta":${this.writer.text(text)}`,
    );
  }

  /** `encrypted` is the carrier of the signature; undefined when the client did not ask for it. */
  close(encrypted: string | undefined): JsonObject {
    const parts = this.#text === "" ? [] : [{ type: "summary_text", text: this.#text }];
    if (parts.length > 0) {
      const text = this.writer.text(this.#text);
      this.writer.emit("response.reasoning_summary_text.done", `${this.#place},"text":${text}`);
      this.writer.emit(
        "response.reasoning_summary_part.done",
        `${this.#place},"part":{"type":"summary_text","text":${text}}`,
      );
    }
    const item = {
      ...this.#item(parts),
      ...(encrypted === undefined ? {} : { encrypted_content: encrypted }),
    };
    this.writer.emit(
      "response.output_item.done",
      `"output_index":${this.index},"item":${this.writer.text(item)}`,
    );
    return item;
  }

  #item(summary: readonly JsonObject[]): JsonObject {
    return { id: this.id, type: "reasoning", summary, content: [] };
  }
}

export function queriesOf(grounding: JsonObject): readonly string[] {
  const queries = Array.isArray(grounding.webSearchQueries) ? grounding.webSearchQueries : [];
  return queries.filter((query): query is string => typeof query === "string");
}

/** The pages that a search found. */
export function pagesOf(grounding: JsonObject): readonly string[] {
  return [...new Set(groundedSpans(grounding, "").map(({ url }) => url))];
}

/** Gemini's chosen tokens and their rivals in the shape of Responses. */
export function logprobsOf(result: JsonObject): readonly JsonObject[] {
  const chosen = Array.isArray(result.chosenCandidates) ? result.chosenCandidates : [];
  const top = Array.isArray(result.topCandidates) ? result.topCandidates : [];
  return chosen.filter(isObject).map((token, position) => {
    const rivals = isObject(top[position]) && Array.isArray(top[position].candidates)
      ? top[position].candidates
      : [];
    return { ...logprob(token), top_logprobs: rivals.filter(isObject).map(logprob) };
  });
}

function logprob(token: Record<string, unknown>): JsonObject {
  const text = typeof token.token === "string" ? token.token : "";
  return {
    token: text,
    logprob: typeof token.logProbability === "number" ? token.logProbability : 0,
    bytes: [...new TextEncoder().encode(text)],
  };
}

/** Citations of a grounded answer, by character offsets into its last message, which begins at `from`. */
export function annotationsOf(grounding: JsonObject, text: string, from: number): readonly JsonObject[] {
  const spans = groundedSpans(grounding, text).filter(({ end }) => end > from || from === 0);
  return spans.map(({ start, end, url, title }) => ({
    type: "url_citation",
    start_index: Math.max(0, start - from),
    end_index: Math.max(0, end - from),
    url,
    title,
  }));
}

type Place = { readonly writer: FrameSink; readonly id: string; readonly index: number };
type Call = { readonly id: string; readonly name: string; readonly args: JsonObject };

/** A call of one of the client's tools. Gemini gives arguments whole, so there is one delta. */
export function functionCallItem(place: Place, call: Call, tool: ClientTool | undefined): JsonObject {
  const json = JSON.stringify(call.args);
  const item = {
    id: place.id,
    type: "function_call",
    status: "completed",
    arguments: json,
    call_id: call.id,
    name: tool?.name ?? call.name,
    ...(tool?.namespace === undefined ? {} : { namespace: tool.namespace }),
  };
  const text = place.writer.text(json);
  added(place, { ...item, status: "in_progress", arguments: "" });
  place.writer.emit("response.function_call_arguments.delta", `${at(place)},"delta":${text}`);
  place.writer.emit("response.function_call_arguments.done", `${at(place)},"arguments":${text}`);
  return done(place, item);
}

/** A call of a custom tool: its input is plain text, which travels as the one argument of a function. */
export function customCallItem(place: Place, call: Call, tool: ClientTool): JsonObject {
  const input = typeof call.args.input === "string" ? call.args.input : JSON.stringify(call.args);
  const item = {
    id: place.id,
    type: "custom_tool_call",
    status: "completed",
    call_id: call.id,
    input,
    name: tool.name,
    ...(tool.namespace === undefined ? {} : { namespace: tool.namespace }),
  };
  const text = place.writer.text(input);
  added(place, { ...item, status: "in_progress", input: "" });
  place.writer.emit("response.custom_tool_call_input.delta", `${at(place)},"delta":${text}`);
  place.writer.emit("response.custom_tool_call_input.done", `${at(place)},"input":${text}`);
  return done(place, item);
}

/** A call of a tool that OpenAI defines and the client runs; it has no events of its own. */
export function ownCallItem(place: Place, call: Call, own: OwnTool): JsonObject {
  const item = {
    id: place.id,
    type: `${own.name}_call`,
    status: "completed",
    call_id: call.id,
    ...own.fields(call.args),
  };
  added(place, { ...item, status: "in_progress" });
  return done(place, item);
}

/** An item that comes whole. */
export function wholeItem(place: Place, item: JsonObject): JsonObject {
  added(place, item);
  return done(place, item);
}

export function imageItem(place: Place, mimeType: string, data: string): JsonObject {
  const item = {
    id: place.id,
    type: "image_generation_call",
    status: "completed",
    output_format: mimeType.replace("image/", ""),
    result: data,
  };
  added(place, { id: place.id, type: "image_generation_call", status: "in_progress", result: null });
  for (const step of ["in_progress", "generating", "completed"]) {
    place.writer.emit(`response.image_generation_call.${step}`, at(place));
  }
  return done(place, item);
}

export function codeItem(place: Place, code: string, output: string | undefined): JsonObject {
  const item = {
    id: place.id,
    type: "code_interpreter_call",
    status: "completed",
    code,
    container_id: "google",
    outputs: output === undefined ? null : [{ type: "logs", logs: output }],
  };
  const text = place.writer.text(code);
  added(place, { ...item, status: "in_progress", code: "", outputs: null });
  place.writer.emit("response.code_interpreter_call.in_progress", at(place));
  place.writer.emit("response.code_interpreter_call_code.delta", `${at(place)},"delta":${text}`);
  place.writer.emit("response.code_interpreter_call_code.done", `${at(place)},"code":${text}`);
  place.writer.emit("response.code_interpreter_call.interpreting", at(place));
  place.writer.emit("response.code_interpreter_call.completed", at(place));
  return done(place, item);
}

export function webSearchItem(
  place: Place,
  queries: readonly string[],
  pages: readonly string[],
): JsonObject {
  const sources = pages.map((url) => ({ type: "url", url }));
  const action = { type: "search", query: queries.join("; "), queries, sources };
  const item = { id: place.id, type: "web_search_call", status: "completed", action };
  added(place, { ...item, status: "in_progress" });
  for (const step of ["in_progress", "searching", "completed"]) {
    place.writer.emit(`response.web_search_call.${step}`, at(place));
  }
  return done(place, item);
}

function at(place: Place): string {
  return `"item_id":"${place.id}","output_index":${place.index}`;
}

function added(place: Place, item: JsonObject): void {
  place.writer.emit(
    "response.output_item.added",
    `"output_index":${place.index},"item":${place.writer.text(item)}`,
  );
}

function done(place: Place, item: JsonObject): JsonObject {
  place.writer.emit(
    "response.output_item.done",
    `"output_index":${place.index},"item":${place.writer.text(item)}`,
  );
  return item;
}

/** Takes the frames of one response. */
export interface FrameSink {
  /** `fields` is the inside of a JSON object, ready made. */
  emit(type: string, fields: string): void;
  /** A value as it is in `fields`. */
  text(value: unknown): string;
}

/** Numbers and joins the frames of one stream. */
export class FrameWriter implements FrameSink {
  #sequence = 0;
  #out = "";

  emit(type: string, fields: string): void {
    this.#out += `event: ${type}\ndata: {"type":"${type}","sequence_number":${this
      .#sequence++},${fields}}\n\n`;
  }

  text(value: unknown): string {
    return jsonText(value);
  }

  take(): string {
    const out = this.#out;
    this.#out = "";
    return out;
  }
}

/**
 * A sink for replies that are not streamed: writing frames would cost more than the rest of the encoding
 * (measured: nine tenths).
 */
export const NO_FRAMES: FrameSink = { emit() {}, text: () => "" };
