/** Numbers and joins the frames of one stream; `fields` is the inside of a JSON object, ready made. */
export class FrameWriter {
  #sequence = 0;
  #out = "";

  emit(type: string, fields: string): void {
    this.#out += `event: ${type}\ndata: {"type":"${type}","sequence_number":${this
      .#sequence++},${fields}}\n\n`;
  }

  take(): string {
    const out = this.#out;
    this.#out = "";
    return out;
  }
}
