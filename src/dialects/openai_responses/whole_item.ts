import type { JsonObject } from "../../core/mod.ts";
import type { OwnTool } from "./client_tools.ts";
import type { FrameSink } from "./frame_writer.ts";
import type { ClientTool } from "./responses_context.ts";

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
