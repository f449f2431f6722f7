import { type Failure, ok, type Result } from "../core/mod.ts";
import { isEmptyTurn, isUsable, type TurnEvent } from "../gemini/mod.ts";
import { emptyReplyFailure } from "./failures.ts";
import type { Attempt } from "./run_attempts.ts";
import type { TurnSource, TurnStep } from "./turn_source.ts";

/** Holds a turn back until its first real event or its end. Before that, a failure costs the client nothing. */
export async function commit(
  source: TurnSource,
  attempt: Pick<Attempt, "upstream" | "afterEmpty">,
): Promise<Result<TurnSource, Failure>> {
  let held = await source.read();
  while (held.state === "more" && !held.events.some(isReal)) {
    const { events, state } = await source.read();
    held = { events: [...held.events, ...events], state };
  }
  const { events, state } = held;
  if (state === "more") return ok(resume(source, held));
  if (state === "end") {
    return isEmptyTurn(events) && !isHonest(attempt) && !shows(attempt, events)
      ? { ok: false, error: emptyReplyFailure("no content") }
      : ok(resume(source, held));
  }
  // The failure came together with the first real events: these are worth more than a second try, unless the
  // model itself garbled the turn.
  return state.class !== "empty_reply" && events.some(isReal)
    ? ok(resume(source, held))
    : { ok: false, error: state };
}

/** True for a second empty turn, which is the model's answer: asking again would not help. */
export function isHonest({ upstream, afterEmpty }: Pick<Attempt, "upstream" | "afterEmpty">): boolean {
  return afterEmpty && upstream.passThrough === undefined;
}

/** True when the turn has something to pass on; thoughts alone count, as for a streamed turn. */
function shows({ upstream }: Pick<Attempt, "upstream">, events: readonly TurnEvent[]): boolean {
  return upstream.alwaysStreams === true && events.some(isReal);
}

/** True for an event that a client would see. */
function isReal(event: TurnEvent): boolean {
  return isUsable(event) || event.type === "thought-delta";
}

/** The turn from its beginning: the held events, then the rest. */
function resume(source: TurnSource, held: TurnStep): TurnSource {
  let pending: TurnStep | undefined = held;
  return {
    read() {
      const step = pending;
      pending = undefined;
      return step ? Promise.resolve(step) : source.read();
    },
    cancel: () => source.cancel(),
  };
}
