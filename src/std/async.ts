/**
 * Waiting, with the names of @std/async; what the platform does as well (deadlines by `AbortSignal.timeout`) is used as it is.
 *
 * @module
 */
export { delay, type DelayOptions } from "./delay.ts";
