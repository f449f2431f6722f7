import type { JsonObject } from "../../core/mod.ts";
import type { FrameSink } from "./frame_writer.ts";

/** A reasoning item while it is open. Closed only when what follows is known, as the signature comes with that. */
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
