import { isObject, type Json, type JsonObject, type NewId } from "../core/mod.ts";
import { mergeCitations } from "./grounding.ts";
import type { Finish, TurnEvent } from "./turn_event.ts";
import type { Candidate, Part } from "./wire.ts";
import { MAX_NESTING } from "./tools.ts";

type ToolCall = Extract<TurnEvent, { type: "tool-call" }>;

/** The ids of the calls of one reply, each given out once. */
export class CallIds {
  readonly #newId: NewId;
  #seen: Set<string> | undefined;

  constructor(newId: NewId) {
    this.#newId = newId;
  }

  /** True when the id may be kept: Google gave one, and gave it only once. */
  isFresh(id: unknown): id is string {
    return typeof id === "string" && id !== "" && this.#seen?.has(id) !== true;
  }

  /** Takes Google's id, or a minted one. */
  take(id: string | undefined): string {
    const taken = id ?? this.#newId("call_");
    (this.#seen ??= new Set()).add(taken);
    return taken;
  }
}

/** Most calls that are held; Google makes fewer at a time, and reports what it has run at once. */
const MOST_HELD = 1_024;

/** Segments one candidate over the chunks of its reply. */
export class CandidateSegmenter {
  readonly #index: number;
  readonly #callIds: CallIds;
  #held: ToolCall[] = [];
  #partial: PartialCall | undefined;
  #finish: Finish | undefined;
  #parts = 0;
  #citation: Extract<TurnEvent, { type: "citation" }> | undefined;

  /** The candidates of a reply share `callIds`. */
  constructor(index: number, callIds: CallIds) {
    this.#index = index;
    this.#callIds = callIds;
  }

  get finish(): Finish | undefined {
    return this.#finish;
  }

  /** Number of non-empty parts, and the finish, so far. */
  get parts(): number {
    return this.#parts + (this.#finish === undefined ? 0 : 1);
  }

  /** True once a non-empty part has come. */
  get hasContent(): boolean {
    return this.#parts > 0;
  }

  push(candidate: Candidate, out: TurnEvent[]): void {
    const parts = isObject(candidate.content) ? candidate.content.parts : undefined;
    if (Array.isArray(parts)) { for (const part of parts) if (isObject(part)) this.#part(part as Part, out); }
    if (this.#held.length > MOST_HELD) this.flush(out);
    const citation = citationEvent(this.#index, candidate);
    if (citation !== undefined) this.#citation = mergeCitations(this.#citation, citation);
    if (isObject(candidate.logprobsResult)) {
      out.push({ type: "logprobs", candidate: this.#index, result: candidate.logprobsResult as JsonObject });
    }
    if (typeof candidate.finishReason === "string" && candidate.finishReason !== "") {
      this.#finish = finishOf(this.#index, candidate.finishReason, candidate.finishMessage);
    }
  }

  /** Emits the events that come once for the whole turn. */
  close(out: TurnEvent[]): void {
    this.flush(out);
    if (this.#citation !== undefined) out.push(this.#citation);
    this.#citation = undefined;
  }

  /** Emits the held tool calls. */
  flush(out: TurnEvent[]): void {
    this.#closePartial();
    if (this.#held.length === 0) return;
    out.push(...this.#held);
    this.#held = [];
  }

  #part(part: Part, out: TurnEvent[]): void {
    const signature = typeof part.thoughtSignature === "string" && part.thoughtSignature !== ""
      ? part.thoughtSignature
      : undefined;
    if (isObject(part.functionCall)) {
      return this.#call(part.functionCall, signature);
    }
    if (isObject(part.functionResponse)) return this.#response(part.functionResponse);
    const event = partEvent(this.#index, part, signature);
    if (event === undefined) return;
    if (event.type !== "server-part") this.#parts++;
    this.flush(out);
    out.push(event);
  }

  #call(call: Record<string, unknown>, signature: string | undefined): void {
    const name = call["name"];
    const pieces = call["partialArgs"];
    if (Array.isArray(pieces) && pieces.length > 0) this.#parts++;
    if (typeof name === "string" && name !== "") {
      this.#parts++;
      this.#closePartial();
      const comesInPieces = call["willContinue"] === true || Array.isArray(call["partialArgs"]);
      if (!comesInPieces) return this.#hold(name, call["id"], call["args"], signature);
      this.#partial = startPartialCall(
        name,
        typeof call["id"] === "string" ? call["id"] : undefined,
        signature,
      );
    }
    if (this.#partial === undefined) return;
    addPartialArgs(this.#partial, call["partialArgs"]);
    if (call["willContinue"] !== true) this.#closePartial();
  }

  #closePartial(): void {
    const partial = this.#partial;
    this.#partial = undefined;
    if (partial !== undefined) {
      this.#hold(partial.name, partial.id, partialArguments(partial), partial.signature);
    }
  }

  #hold(name: string, id: unknown, args: unknown, signature: string | undefined): void {
    const upstreamId = this.#callIds.isFresh(id);
    this.#held.push({
      type: "tool-call",
      candidate: this.#index,
      id: this.#callIds.take(upstreamId ? id : undefined),
      upstreamId,
      name,
      args: (isObject(args) ? args : {}) as JsonObject,
      ...signed(signature),
    });
  }

  /** A function response in a model turn: Google has run that call itself, so the client must not. */
  #response(response: Record<string, unknown>): void {
    this.#closePartial();
    const byId = this.#held.findIndex((call) => call.upstreamId && call.id === response["id"]);
    const position = byId >= 0 ? byId : this.#held.findIndex((call) => call.name === response["name"]);
    if (position >= 0) this.#held.splice(position, 1);
  }
}

function textOr(value: unknown, other: string): string {
  return typeof value === "string" ? value : other;
}

function signed(signature: string | undefined): { signature?: string } {
  return signature === undefined ? {} : { signature };
}

function finishOf(candidate: number, reason: string, message: unknown): Finish {
  return typeof message === "string" ? { candidate, reason, message } : { candidate, reason };
}

/** The event of any part but calls and responses; undefined when there is nothing to say or the part is unknown. */
function partEvent(
  candidate: number,
  part: Part,
  signature: string | undefined,
): Exclude<TurnEvent, { type: "usage" | "turn-start" | "turn-end" }> | undefined {
  if (typeof part.text === "string" && part.text !== "") {
    const type = part.thought === true ? "thought-delta" : "text-delta";
    return signature === undefined
      ? { type, candidate, text: part.text }
      : { type, candidate, text: part.text, signature };
  }
  if (isObject(part.inlineData)) {
    const { mimeType, data } = part.inlineData as { mimeType?: string; data?: string };
    if (part.thought === true || typeof data !== "string" || data === "") return undefined;
    return {
      type: "media",
      candidate,
      mimeType: textOr(mimeType, "application/octet-stream"),
      data,
      ...signed(signature),
    };
  }
  if (isObject(part.executableCode)) {
    const { language, code } = part.executableCode;
    return {
      type: "code",
      candidate,
      language: textOr(language, "PYTHON"),
      code: textOr(code, ""),
      ...signed(signature),
    };
  }
  if (isObject(part.codeExecutionResult)) {
    const { outcome, output } = part.codeExecutionResult;
    return {
      type: "code-result",
      candidate,
      outcome: textOr(outcome, "OUTCOME_UNSPECIFIED"),
      output: textOr(output, ""),
      ...signed(signature),
    };
  }
  if (part.toolCall !== undefined || part.toolResponse !== undefined) {
    return { type: "server-part", candidate, part };
  }
  if (signature === undefined) return undefined;
  return { type: "signature", candidate, signature };
}

function citationEvent(
  index: number,
  candidate: Candidate,
): Extract<TurnEvent, { type: "citation" }> | undefined {
  const grounding = filled(candidate.groundingMetadata);
  const citations = filled(candidate.citationMetadata);
  const urlContext = filled(candidate.urlContextMetadata);
  if (grounding === undefined && citations === undefined && urlContext === undefined) return undefined;
  return {
    type: "citation",
    candidate: index,
    ...(grounding === undefined ? {} : { grounding }),
    ...(citations === undefined ? {} : { citations }),
    ...(urlContext === undefined ? {} : { urlContext }),
  };
}

function filled(value: unknown): JsonObject | undefined {
  return isObject(value) && Object.keys(value).length > 0 ? value as JsonObject : undefined;
}

/** One function call being collected from `partialArgs` (streamFunctionCallArguments on Vertex). */
interface PartialCall {
  readonly name: string;
  readonly id: string | undefined;
  readonly signature: string | undefined;
  readonly args: Record<string, unknown>;
  /** Path of the string that continues in the next piece. */
  open: string | undefined;
}

/** Starts collecting a call whose arguments come in pieces. */
function startPartialCall(
  name: string,
  id: string | undefined,
  signature: string | undefined,
): PartialCall {
  return { name, id, signature, args: {}, open: undefined };
}

/** Adds the pieces of one chunk. Pieces without a usable path are ignored. */
function addPartialArgs(call: PartialCall, pieces: unknown): void {
  if (!Array.isArray(pieces)) return;
  for (const piece of pieces) {
    if (isObject(piece) && typeof piece["jsonPath"] === "string") addPiece(call, piece["jsonPath"], piece);
  }
}

/** The arguments collected so far. */
function partialArguments(call: PartialCall): JsonObject {
  return call.args as JsonObject;
}

function addPiece(call: PartialCall, path: string, piece: Record<string, unknown>): void {
  const steps = stepsOf(path);
  if (steps.length === 0 || steps.length > MAX_NESTING) return;
  const value = valueOf(piece);
  if (value === undefined) return;
  const goesOn = call.open === path && typeof value === "string";
  setAt(call.args, steps, (old) => goesOn && typeof old === "string" ? old + value : value);
  call.open = piece["willContinue"] === true ? path : undefined;
}

function valueOf(piece: Record<string, unknown>): Json | undefined {
  if (typeof piece["stringValue"] === "string") return piece["stringValue"];
  if (typeof piece["numberValue"] === "number") return piece["numberValue"];
  if (typeof piece["boolValue"] === "boolean") return piece["boolValue"];
  return "nullValue" in piece ? null : undefined;
}

type Step = string | number;

/** `$.a.b[0]['c d']` as its steps; names that would reach a prototype are refused. */
function stepsOf(path: string): Step[] {
  const steps: Step[] = [];
  for (const match of path.replace(/^\$/, "").matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[['"]([^[\]]+)['"]\]/g)) {
    const name = match[1] ?? match[3];
    if (name === "__proto__") return [];
    steps.push(name ?? Math.min(Number(match[2]), 10_000));
  }
  return steps;
}

function setAt(
  root: Record<string, unknown>,
  steps: readonly Step[],
  change: (old: unknown) => unknown,
): void {
  let holder: Record<Step, unknown> = root;
  steps.forEach((step, position) => {
    const next = steps[position + 1];
    if (next === undefined) holder[step] = change(holder[step]);
    else {
      const found = holder[step];
      const child = typeof found === "object" && found !== null ? found : typeof next === "number" ? [] : {};
      holder[step] = child;
      holder = child as Record<Step, unknown>;
    }
  });
}
