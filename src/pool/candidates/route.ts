import { type CircuitBreaker, ConcurrencyLimit } from "./cooldown.ts";

/** What all calls of one source for one operation of a model share: the way there, and the model's own health. */
export class Route {
  readonly limit = new ConcurrencyLimit();

  constructor(readonly endpoint: CircuitBreaker) {}
}
