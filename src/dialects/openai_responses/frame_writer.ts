import { jsonText } from "../json_text.ts";

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

/** For a reply that is wanted whole: writing its frames would cost more than all else of encoding it (measured: nine tenths). */
export const NO_FRAMES: FrameSink = { emit() {}, text: () => "" };
