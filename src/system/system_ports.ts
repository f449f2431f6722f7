import type { Ports } from "../core/mod.ts";
import { createNewId } from "./new_id.ts";
import { systemClock } from "./system_clock.ts";

/** The machine's own ports. */
export function systemPorts(): Ports {
  return {
    clock: systemClock,
    random: Math.random,
    newId: createNewId(),
    fetch: (input, init) => fetch(input, init),
  };
}
