import { toldFault } from "../core/mod.ts";

/**
 * Keeps the process alive when something in it fails that nobody waits for: one request's fault must not end the calls of all
 * others. Whatever comes here is a defect, so each is told.
 */
export function keepGoing(tell: (message: string, error: string) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    tell("Work in the background failed and nobody waited for it", toldFault(event.reason));
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    tell("Work in the background failed", toldFault(event.error ?? event.message));
  });
}
