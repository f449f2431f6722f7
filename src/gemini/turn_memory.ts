import type { JsonObject } from "../core/mod.ts";
import { fnvHash } from "./tools.ts";
import type { TurnEvent } from "./turn_event.ts";
import type { Part } from "./wire.ts";

/** The key by which a part of an earlier turn is found; the name is the one sent to Gemini. */
export interface PartKey {
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
}

/**
 * How much of each end of a long text or picture is hashed; ends of encoded pictures differ as much as their
 * middles.
 */
const HASHED = 2_048;

function hashOf(text: string): string {
  return hashOfEnds(text.slice(0, HASHED), text.slice(-HASHED), text.length);
}

function hashOfEnds(head: string, tail: string, length: number): string {
  return `${fnvHash(head)}${length > HASHED ? fnvHash(tail) : ""}${length.toString(36)}`;
}

/** A growing text, of which only the parts that its key needs are kept. */
class SaidText {
  #head = "";
  #tail = "";
  length = 0;

  add(text: string): void {
    if (this.#head.length < HASHED) this.#head += text.slice(0, HASHED - this.#head.length);
    this.#tail += text;
    this.length += text.length;
    // Not with every piece: cutting copies what is kept.
    if (this.#tail.length > 8 * HASHED) this.#tail = this.#tail.slice(-HASHED);
  }

  key(): PartKey {
    const id = `text:${hashOfEnds(this.#head, this.#tail.slice(-HASHED), this.length)}`;
    return { id, name: id, args: {} };
  }
}

/** The key of a picture that a model made, by its bytes. */
export function mediaKey(data: string): PartKey {
  const id = `media:${hashOf(data)}`;
  return { id, name: id, args: {} };
}

/** The key of a model's text in one turn. */
export function textKey(text: string): PartKey {
  const said = new SaidText();
  said.add(text);
  return said.key();
}

/** The key of code that Google ran, or of its output. */
export function codeKey({ executableCode, codeExecutionResult }: Part): PartKey {
  return textKey(
    executableCode === undefined ? `gave\n${codeExecutionResult?.output}` : `ran\n${executableCode.code}`,
  );
}

/** One thing to remember of a turn: its signature, and the parts of Google's own tools before it. */
export interface Memo {
  readonly key: PartKey;
  readonly signature: string | undefined;
  readonly before: readonly Part[];
}

/** Collects from the events of a turn what must be sent back with it and clients do not keep. */
export class TurnMemo {
  #before: Part[] = [];
  readonly #said = new SaidText();
  #textSignature: string | undefined;
  #media = false;

  /** The memos that become known with the event, or with the end of the turn. */
  see(event: TurnEvent): readonly Memo[] {
    if (event.type === "turn-end") return this.#end();
    if (!("candidate" in event) || event.candidate !== 0) {
      return event.type === "tool-call" ? [{ key: event, signature: event.signature, before: [] }] : [];
    }
    switch (event.type) {
      case "server-part":
        this.#before.push(event.part);
        return [];
      case "code":
      case "code-result": {
        const part = codePart(event);
        this.#before.push(part);
        return event.signature === undefined
          ? []
          : [{ key: codeKey(part), signature: event.signature, before: [] }];
      }
      case "text-delta":
        this.#said.add(event.text);
        this.#textSignature = event.signature ?? this.#textSignature;
        return [];
      case "media":
        this.#media = true;
        return event.signature === undefined
          ? []
          : [{ key: mediaKey(event.data), signature: event.signature, before: [] }];
      case "tool-call": {
        const before = this.#before;
        this.#before = [];
        return [{ key: event, signature: event.signature, before }];
      }
      default:
        return [];
    }
  }

  #end(): readonly Memo[] {
    const signature = this.#media ? this.#textSignature : undefined;
    if (this.#said.length === 0 || (signature === undefined && this.#before.length === 0)) return [];
    return [{ key: this.#said.key(), signature, before: this.#before }];
  }
}

function codePart(event: Extract<TurnEvent, { type: "code" | "code-result" }>): Part {
  const signed = event.signature === undefined ? {} : { thoughtSignature: event.signature };
  return event.type === "code"
    ? { executableCode: { language: event.language, code: event.code }, ...signed }
    : { codeExecutionResult: { outcome: event.outcome, output: event.output }, ...signed };
}
