import { type Failure, ok, type Result } from "../core/mod.ts";
import { isEmptyTurn, isUsable, type TurnEvent } from "../gemini/mod.ts";
import { emptyReplyFailure } from "./failures.ts";
import type { TurnSource } from "./turn_source.ts";

/** Holds a turn back until it has something to show, or ends. Before that, a failure costs the client nothing. */
export async function commit(source: TurnSource): Promise<Result<TurnSource, Failure>> {
  const held: TurnEvent[] = [];
  while (true) {
    const { events, state } = await source.read();
    for (const event of events) held.push(event);
    const real = held.some(isReal);
    if (state === "more" && !real) continue;
    if (state === "end") {
      return isEmptyTurn(held)
        ? { ok: false, error: emptyReplyFailure("no content") }
        : ok(resume(source, held, "end"));
    }
    // A failure that came together with the first real events: what is there is worth more than a second try, unless the
    // model itself garbled the turn.
    return state === "more" || (real && state.class !== "empty_reply")
      ? ok(resume(source, held, state))
      : { ok: false, error: state };
  }
}

/** What a client would see. */
function isReal(event: TurnEvent): boolean {
  return isUsable(event) || event.type === "thought-delta";
}

/** The turn again from its beginning: what was held first, then the rest. */
function resume(source: TurnSource, held: readonly TurnEvent[], state: "more" | "end" | Failure): TurnSource {
  let pending: { readonly events: readonly TurnEvent[]; readonly state: typeof state } | undefined = {
    events: held,
    state,
  };
  return {
    read() {
      const step = pending;
      pending = undefined;
      return step ? Promise.resolve(step) : source.read();
    },
    cancel: () => source.cancel(),
  };
}
