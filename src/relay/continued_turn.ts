import { type Failure, ok, type Result, type Usage } from "../core/mod.ts";
import type { Content, GeminiRequest, TurnEvent } from "../gemini/mod.ts";
import type { RelayDeps } from "./deps.ts";
import { hedgedTurn, type ServedTurn } from "./relay_turn.ts";
import type { TurnCall } from "./turn_call.ts";
import type { TurnStep } from "./turn_source.ts";

/** Continuations of one turn; a stream that breaks more often will probably not succeed. */
const MOST = 3;
/** A shorter repetition may be intended. */
const OVERLAP = 16;

/** Failures after which the rest of a text can be requested elsewhere. */
const RESUMABLE: ReadonlySet<Failure["class"]> = new Set([
  "transport",
  "overloaded",
  "rate_limit",
  "quota",
  "unknown",
]);

/**
 * A turn that continues in another attempt when its stream is cut (STREAM_CONTINUE): the text so far is sent to
 * the model as its own, and its continuation is passed on. Only for plain text: a tool call, a picture or a JSON
 * value cannot be continued in the middle.
 */
export function continuedTurn(deps: RelayDeps, call: TurnCall): Promise<Result<ServedTurn, Failure>> {
  const first = hedgedTurn(deps, call);
  if (!deps.settings.streamContinue || !call.stream || !continuable(call.request)) return first;
  return first.then((turn) => turn.ok ? ok(new ContinuedTurn(deps, call, turn.value)) : turn);
}

function continuable({ generationConfig }: GeminiRequest): boolean {
  return (generationConfig?.candidateCount ?? 1) === 1 && generationConfig?.responseMimeType === undefined;
}

class ContinuedTurn implements ServedTurn {
  readonly #deps: RelayDeps;
  readonly #call: TurnCall;
  #turn: ServedTurn;
  #text = "";
  #plain = true;
  #times = 0;
  #spent: Usage | undefined;
  /** Text that the continuing model may repeat first. */
  #join = "";
  #joining = false;
  /** True when the client has left: nothing more is requested for it. */
  #left = false;

  constructor(deps: RelayDeps, call: TurnCall, turn: ServedTurn) {
    this.#deps = deps;
    this.#call = call;
    this.#turn = turn;
  }

  get source() {
    return this.#turn.source;
  }

  cancel(): void {
    this.#left = true;
    this.#turn.cancel();
  }

  async read(): Promise<TurnStep> {
    const { events, state } = await this.#turn.read();
    const passed = events.flatMap((event) => this.#pass(event, state !== "more"));
    if (typeof state !== "object" || !this.#resumable(state)) return { events: passed, state };
    const next = await hedgedTurn(this.#deps, {
      ...this.#call,
      request: withText(this.#call.request, this.#text),
    });
    if (!next.ok) return { events: passed, state };
    if (this.#left) {
      // The client has left in between: nothing else would end it.
      next.value.cancel();
      return { events: passed, state };
    }
    this.#times++;
    this.#turn = next.value;
    this.#spent = this.#call.trace.usage;
    this.#joining = true;
    return { events: passed, state: "more" };
  }

  #resumable(failure: Failure): boolean {
    return !this.#left && this.#plain && this.#text !== "" && this.#times < MOST &&
      RESUMABLE.has(failure.class);
  }

  #pass(event: TurnEvent, last: boolean): readonly TurnEvent[] {
    switch (event.type) {
      case "turn-start":
        return this.#times === 0 ? [event] : [];
      case "text-delta":
        return this.#passText(event, last);
      case "usage":
        return [{ ...event, usage: added(this.#spent, event.usage) }];
      case "turn-end":
      case "signature":
      case "thought-delta":
      case "citation":
        return [event];
      default:
        this.#plain = false;
        return [event];
    }
  }

  #passText(event: Extract<TurnEvent, { type: "text-delta" }>, last: boolean): readonly TurnEvent[] {
    let { text } = event;
    if (this.#joining) {
      this.#join += text;
      if (this.#join.length < OVERLAP && !last) return [];
      text = this.#join.slice(overlap(this.#text, this.#join));
      this.#joining = false;
      this.#join = "";
    }
    this.#text += text;
    return text === "" ? [] : [{ ...event, text }];
  }
}

/** The request with the text so far as the model's own beginning of its answer. */
function withText(request: GeminiRequest, text: string): GeminiRequest {
  const begun: Content = { role: "model", parts: [{ text }] };
  return { ...request, contents: [...request.contents, begun] };
}

/** Length of the repetition of the text's end in the continuation; short ones are kept. */
function overlap(text: string, more: string): number {
  for (let length = Math.min(text.length, more.length); length >= OVERLAP; length--) {
    if (text.endsWith(more.slice(0, length))) return length;
  }
  return 0;
}

/** Tokens of all attempts: each was billed. */
function added(before: Usage | undefined, now: Usage): Usage {
  if (before === undefined) return now;
  return {
    ...now,
    promptTokens: before.promptTokens + now.promptTokens,
    cachedTokens: before.cachedTokens + now.cachedTokens,
    candidatesTokens: before.candidatesTokens + now.candidatesTokens,
    thoughtsTokens: before.thoughtsTokens + now.thoughtsTokens,
    toolUseTokens: before.toolUseTokens + now.toolUseTokens,
    totalTokens: before.totalTokens + now.totalTokens,
  };
}
