import { balanced } from "./balanced.ts";
import type { Policy } from "./policy.ts";
import { sequential } from "./sequential.ts";
import { weighted } from "./weighted.ts";

/** The policies of ROTATION_MODE. */
export const POLICIES: Readonly<Record<Policy["name"], Policy>> = { balanced, sequential, weighted };
export { choose, type Policy, type Rankable } from "./policy.ts";
