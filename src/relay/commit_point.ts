import { type Failure, ok, type Result } from "../core/mod.ts";
import { isEmptyTurn, isUsable, type TurnEvent } from "../gemini/mod.ts";
import { emptyReplyFailure } from "./failures.ts";
import type { TurnSource, TurnStep } from "./turn_source.ts";

/** Holds a turn back until it has something to show, or ends. Before that, a failure costs the client nothing. */
export async function commit(source: TurnSource): Promise<Result<TurnSource, Failure>> {
  let held = await source.read();
  while (held.state === "more" && !held.events.some(isReal)) {
    const { events, state } = await source.read();
    held = { events: [...held.events, ...events], state };
  }
  const { events, state } = held;
  if (state === "more") return ok(resume(source, held));
  if (state === "end") {
    return isEmptyTurn(events)
      ? { ok: false, error: emptyReplyFailure("no content") }
      : ok(resume(source, held));
  }
  // A failure that came together with the first real events: what is there is worth more than a second try, unless the
  // model itself garbled the turn.
  return state.class !== "empty_reply" && events.some(isReal)
    ? ok(resume(source, held))
    : { ok: false, error: state };
}

/** What a client would see. */
function isReal(event: TurnEvent): boolean {
  return isUsable(event) || event.type === "thought-delta";
}

/** The turn again from its beginning: what was held first, then the rest. */
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
