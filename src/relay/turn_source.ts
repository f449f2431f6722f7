import type { Failure } from "../core/mod.ts";
import {
  createSegmenter,
  createSseParser,
  retryableFinish,
  type Segmenter,
  type TurnEvent,
} from "../gemini/mod.ts";
import {
  type BodyReader,
  openLentBody,
  parseReply,
  readEvents,
  readWhole,
  ReplyBeyondBounds,
  WaitingBytes,
} from "../upstreams/mod.ts";
import type { RelayDeps } from "./deps.ts";
import { beyondBoundsFailure, emptyReplyFailure, truncatedFailure, unreadableFailure } from "./failures.ts";
import type { Attempt } from "./run_attempts.ts";
import type { OpenReply } from "./send.ts";

/** One step of a turn: some events, and whether more follow, the turn has ended, or it failed after them. */
export interface TurnStep {
  readonly events: readonly TurnEvent[];
  readonly state: "more" | "end" | Failure;
}

/** A model's turn as it arrives. Not read again after a state other than "more". */
export interface TurnSource {
  read(): Promise<TurnStep>;
  /** Ends the upstream request at once. */
  cancel(): void;
}

interface TurnInput {
  readonly deps: RelayDeps;
  readonly attempt: Attempt;
  readonly reply: OpenReply;
  readonly model: string;
  /** Whether the events are kept until the turn has ended, which takes memory. */
  readonly keeps: boolean;
}

/** Reads a streamed reply: bytes, frames, envelope, chunks, events. */
export function streamedTurn(input: TurnInput): TurnSource {
  return new StreamedTurn(input);
}

class StreamedTurn implements TurnSource {
  readonly #input: TurnInput;
  readonly #body: BodyReader | undefined;
  readonly #parser = createSseParser();
  readonly #waiting: WaitingBytes;
  readonly #segmenter: Segmenter;
  /** Approximate size in bytes of the events so far. */
  #kept = 0;

  constructor(input: TurnInput) {
    const { body } = input.reply.response;
    this.#input = input;
    this.#body = body === null ? undefined : openLentBody(body, { events: true });
    this.#waiting = new WaitingBytes(this.#body?.closed);
    this.#segmenter = createSegmenter(input.deps.ports);
  }

  async read(): Promise<TurnStep> {
    const { reply } = this.#input;
    const events: TurnEvent[] = [];
    try {
      while (true) {
        const bytes = this.#body === undefined ? undefined : await reply.wait(this.#body.read());
        if (bytes !== undefined) reply.took(bytes.byteLength);
        const payloads = readEvents(this.#parser, bytes);
        const before = this.#segmenter.parts;
        const known = events.length;
        const failure = handleChunks(this.#input, this.#segmenter, payloads, events);
        if (this.#input.keeps) this.#keep(sizeOf(events, known));
        if (this.#segmenter.parts > before) reply.touch();
        if (failure) return this.#stop(events, failure);
        if (bytes === undefined) {
          this.#waiting[Symbol.dispose]();
          reply.release();
          return close(this.#segmenter, events);
        }
        const room = this.#waiting.hold(this.#parser.held + this.#kept);
        if (room !== undefined) await reply.wait(room);
        if (events.length > 0) return { events, state: "more" };
      }
    } catch (cause) {
      return this.#stop(events, reply.readFailure(cause));
    }
  }

  cancel(): void {
    this.#letGo();
    end(this.#input.reply);
  }

  /** Counts bytes: a turn kept until its end is a whole reply, with the same bound. */
  #keep(bytes: number): void {
    const { maxReplyBytes } = this.#input.deps.settings;
    this.#kept += bytes;
    if (this.#kept <= maxReplyBytes) return;
    throw new ReplyBeyondBounds(`is larger than ${maxReplyBytes} bytes (MAX_REPLY_BYTES)`);
  }

  #letGo(): void {
    this.#waiting[Symbol.dispose]();
    this.#parser[Symbol.dispose]();
  }

  #stop(events: TurnEvent[], failure: Failure): TurnStep {
    this.#letGo();
    end(this.#input.reply);
    return close(this.#segmenter, events, failure);
  }
}

/** Approximate size of an event beside its text. */
const EVENT_BYTES = 256;

/** Approximate size in bytes of the events from `first` on. */
function sizeOf(events: readonly TurnEvent[], first: number): number {
  let size = 0;
  for (let at = first; at < events.length; at++) size += EVENT_BYTES + textOf(events[at]!).length;
  return size;
}

function textOf(event: TurnEvent): string {
  switch (event.type) {
    case "text-delta":
    case "thought-delta":
      return event.text;
    case "media":
      return event.data;
    case "code":
      return event.code;
    case "code-result":
      return event.output;
    case "tool-call":
      return JSON.stringify(event.args);
    case "server-part":
      return JSON.stringify(event.part);
    default:
      return "";
  }
}

function end(reply: OpenReply): void {
  reply.abort();
  reply.release();
}

/** A streamed turn for a client that wants it whole: until its end nothing is passed on, so that it can be retried. */
export function gatheredTurn(source: TurnSource): TurnSource {
  return {
    async read() {
      const events: TurnEvent[] = [];
      while (true) {
        const step = await source.read();
        for (const event of step.events) events.push(event);
        if (step.state === "end") return { events, state: "end" };
        if (step.state !== "more") return { events: [], state: step.state };
      }
    },
    cancel: () => source.cancel(),
  };
}

const decoder = new TextDecoder();

/** Reads a whole reply. */
export function wholeTurn(input: TurnInput): TurnSource {
  const { deps, reply } = input;
  return {
    async read() {
      const segmenter = createSegmenter(deps.ports);
      const events: TurnEvent[] = [];
      try {
        const bytes = await reply.wait(
          readWhole(reply.response, deps.settings.maxReplyBytes, "MAX_REPLY_BYTES"),
        );
        const failure = handleChunks(input, segmenter, [decoder.decode(bytes)], events);
        return close(segmenter, events, failure);
      } catch (cause) {
        return { events, state: reply.readFailure(cause) };
      } finally {
        reply.release();
      }
    },
    cancel: () => end(reply),
  };
}

/** Pushes frames through the segmenter; returns what broke the stream. */
function handleChunks(
  input: TurnInput,
  segmenter: Segmenter,
  payloads: readonly string[],
  events: TurnEvent[],
): Failure | undefined {
  const { attempt, model, deps } = input;
  for (const payload of payloads) {
    let chunk: unknown;
    try {
      chunk = parseReply(payload);
    } catch (cause) {
      return cause instanceof ReplyBeyondBounds
        ? beyondBoundsFailure(cause)
        : unreadableFailure("a frame that is no JSON");
    }
    segmenter.push(attempt.upstream.unwrap(chunk), events);
    const { error } = segmenter;
    if (error) {
      return attempt.upstream.classifyFailure({
        status: error.status,
        body: error.body,
        model,
        now: deps.ports.clock.now(),
      });
    }
  }
  return undefined;
}

/** The last step. A turn that was complete before a failure is complete. */
function close(segmenter: Segmenter, events: TurnEvent[], failure?: Failure): TurnStep {
  if (failure?.class === "client_gone") return { events, state: failure };
  const closed = segmenter.end();
  if (!closed.ok) return { events, state: failure ?? faultOf(closed.reason) };
  for (const event of closed.events) events.push(event);
  return ended(events);
}

/** A turn whose tool call the model garbled ends in a failure, so that no dialect can report it as a success. */
function ended(events: readonly TurnEvent[]): TurnStep {
  const end = events.at(-1);
  const garbled = end?.type === "turn-end"
    ? end.finishes.find(({ reason }) => retryableFinish(reason))
    : undefined;
  return garbled === undefined
    ? { events, state: "end" }
    : { events: events.slice(0, -1), state: emptyReplyFailure(garbled.reason) };
}

function faultOf(reason: "truncated" | "empty" | "malformed"): Failure {
  return reason === "empty" ? emptyReplyFailure("no content") : truncatedFailure();
}
