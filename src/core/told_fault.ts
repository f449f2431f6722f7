import { redact } from "./redact.ts";

/** Characters of a fault that are told; a stack's first lines say where it was. */
const MOST_TOLD = 2_000;

/** What a log may say of a fault of our own: name, message and stack without secrets. */
export function toldFault(cause: unknown): string {
  const text = cause instanceof Error
    ? `${cause.name}: ${cause.message}\n${cause.stack ?? ""}`
    : String(cause);
  // Cut generously before it is searched, so that a fault that carries a whole body costs nothing either.
  return redact(text.slice(0, 2 * MOST_TOLD)).slice(0, MOST_TOLD);
}
