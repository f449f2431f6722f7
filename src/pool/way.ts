import { type EndpointHealth, ModelLoad } from "./cooldown.ts";

/** What all calls of one source for one model share: the way there, and the model's own health. */
export class Way {
  readonly load = new ModelLoad();
  /** The model is gone for every key of the source until this time. */
  goneUntil = 0;

  constructor(readonly endpoint: EndpointHealth) {}
}
