import type { Failure } from "../core/mod.ts";
import {
  createSegmenter,
  createSseParser,
  retryableFinish,
  type Segmenter,
  type TurnEvent,
} from "../gemini/mod.ts";
import { type BodyReader, openLentBody } from "./body_reader.ts";
import type { RelayDeps } from "./deps.ts";
import { emptyReplyFailure, truncatedFailure, unreadableFailure } from "./failures.ts";
import type { Try } from "./run_attempts.ts";
import type { OpenReply } from "./send.ts";

/** One step of a turn: some events, and whether more follow, the turn is over, or it broke after them. */
export interface TurnStep {
  readonly events: readonly TurnEvent[];
  readonly state: "more" | "end" | Failure;
}

/** A model's turn as it comes in. After a state other than "more" it is not read again. */
export interface TurnSource {
  read(): Promise<TurnStep>;
  /** Ends the upstream request at once. */
  cancel(): void;
}

interface TurnInput {
  readonly deps: RelayDeps;
  readonly attempt: Try;
  readonly reply: OpenReply;
  readonly model: string;
}

/** Reads a streamed reply: bytes, frames, envelope, chunks, events. */
export function streamedTurn(input: TurnInput): TurnSource {
  return new StreamedTurn(input);
}

class StreamedTurn implements TurnSource {
  readonly #input: TurnInput;
  readonly #body: BodyReader | undefined;
  readonly #parser = createSseParser();
  readonly #segmenter: Segmenter;

  constructor(input: TurnInput) {
    const { body } = input.reply.response;
    this.#input = input;
    this.#body = body === null ? undefined : openLentBody(body);
    this.#segmenter = createSegmenter(input.deps.ports);
  }

  async read(): Promise<TurnStep> {
    const { reply } = this.#input;
    const events: TurnEvent[] = [];
    try {
      while (true) {
        const bytes = await this.#body?.read();
        reply.touch();
        const payloads = bytes === undefined ? this.#parser.end() : this.#parser.push(bytes);
        const failure = digest(this.#input, this.#segmenter, payloads, events);
        if (failure) return this.#stop(events, failure);
        if (bytes === undefined) {
          reply.release();
          return close(this.#segmenter, events);
        }
        if (events.length > 0) return { events, state: "more" };
      }
    } catch (cause) {
      return this.#stop(events, reply.readFailure(cause));
    }
  }

  cancel(): void {
    end(this.#input.reply);
  }

  #stop(events: TurnEvent[], failure: Failure): TurnStep {
    end(this.#input.reply);
    return close(this.#segmenter, events, failure);
  }
}

function end(reply: OpenReply): void {
  reply.abort();
  reply.release();
}

/** Reads a reply that comes whole. */
export function wholeTurn(input: TurnInput): TurnSource {
  const { deps, reply } = input;
  return {
    async read() {
      const segmenter = createSegmenter(deps.ports);
      const events: TurnEvent[] = [];
      try {
        const failure = digest(input, segmenter, [await reply.response.text()], events);
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
function digest(
  input: TurnInput,
  segmenter: Segmenter,
  payloads: readonly string[],
  events: TurnEvent[],
): Failure | undefined {
  const { attempt, model, deps } = input;
  for (const payload of payloads) {
    let chunk: unknown;
    try {
      chunk = JSON.parse(payload);
    } catch {
      return unreadableFailure("a frame that is no JSON");
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

/** The last step. A turn that was complete before something broke is complete. */
function close(segmenter: Segmenter, events: TurnEvent[], failure?: Failure): TurnStep {
  if (failure?.class === "client_gone") return { events, state: failure };
  const closed = segmenter.end();
  if (!closed.ok) return { events, state: failure ?? faultOf(closed.reason) };
  for (const event of closed.events) events.push(event);
  return ended(events);
}

/** A turn whose tool call the model garbled ends in a failure, so that no dialect can tell it as a success. */
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
