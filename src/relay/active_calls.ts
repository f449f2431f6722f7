import type { CallTrace, InFlightCall } from "./trace.ts";
import { ActiveSet } from "./active_set.ts";

/** The calls that are in flight or waiting in this process. */
export class ActiveCalls {
  readonly #calls = new ActiveSet<CallTrace>();

  get size(): number {
    return this.#calls.size;
  }

  begin(call: CallTrace): void {
    this.#calls.add(call);
  }

  end(call: CallTrace): void {
    this.#calls.delete(call);
  }

  /** The current state of each call, oldest first. */
  list(): InFlightCall[] {
    return this.#calls.list().map((call) => call.inFlight()).sort((a, b) => a.at - b.at);
  }

  find(id: string): CallTrace | undefined {
    return this.#calls.list().find((call) => call.facts.id === id);
  }

  /** Cancels a call for the owner; false when no call has that id. */
  cancel(id: string): boolean {
    const call = this.find(id);
    call?.client.cancel();
    return call !== undefined;
  }
}
