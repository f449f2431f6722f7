import type { JsonObject } from "../../core/mod.ts";
import type { FrameSink } from "./frame_writer.ts";

/** A message item while it is open; it has one part of text. */
export class MessageItem {
  /** What was written so far, which citations point into. */
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
