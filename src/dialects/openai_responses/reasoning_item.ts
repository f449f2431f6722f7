import type { JsonObject } from "../../core/mod.ts";
import { jsonText } from "../json_text.ts";
import type { FrameWriter } from "./frame_writer.ts";

/** A reasoning item while it is open. Closed only when what follows is known, as the signature comes with that. */
export class ReasoningItem {
  #text = "";
  readonly #place: string;

  constructor(readonly writer: FrameWriter, readonly id: string, readonly index: number) {
    this.#place = `"item_id":"${id}","output_index":${index},"summary_index":0`;
    writer.emit(
      "response.output_item.added",
      `"output_index":${index},"item":${jsonText(this.#item([]))}`,
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
      `${this.#place},"delta":${jsonText(text)}`,
    );
  }

  /** `encrypted` is the carrier of the signature; undefined when the client did not ask for it. */
  close(encrypted: string | undefined): JsonObject {
    const parts = this.#text === "" ? [] : [{ type: "summary_text", text: this.#text }];
    if (parts.length > 0) {
      const text = jsonText(this.#text);
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
      `"output_index":${this.index},"item":${jsonText(item)}`,
    );
    return item;
  }

  #item(summary: readonly JsonObject[]): JsonObject {
    return { id: this.id, type: "reasoning", summary, content: [] };
  }
}
