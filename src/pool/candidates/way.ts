import { type EndpointHealth, ModelLoad } from "./cooldown.ts";

/** What all calls of one source for one operation of a model share: the way there, and the model's own health. */
export class Way {
  readonly load = new ModelLoad();

  constructor(readonly endpoint: EndpointHealth) {}
}
