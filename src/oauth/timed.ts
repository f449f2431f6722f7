import { type Clock, type Credential, type Fetch, type Ports, throughProxy } from "../core/mod.ts";
import type { OAuthOptions } from "./oauth_options.ts";

/** Longest wait for an answer of Google's sign-in or control plane, in milliseconds. */
const PATIENCE = 20_000;

/** Runs a task with a signal that aborts when it takes too long, or when `outer` does. */
export async function timed<Value>(
  clock: Clock,
  task: (signal: AbortSignal) => Promise<Value>,
  outer?: AbortSignal,
  patience: number = PATIENCE,
): Promise<Value> {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const cancel = clock.after(patience, abort);
  if (outer?.aborted) abort();
  outer?.addEventListener("abort", abort);
  try {
    return await task(controller.signal);
  } finally {
    cancel();
    outer?.removeEventListener("abort", abort);
  }
}

/** Waits; ends early without an error when the signal aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    if (signal?.aborted) done();
    signal?.addEventListener("abort", done);
  });
}

/** A fetch with the usual time limit for the response head. */
export function limitedFetch({ clock, fetch }: Ports): Fetch {
  return (input, init) =>
    timed(clock, (signal) => fetch(input, { ...init, signal }), init?.signal ?? undefined);
}

/** The ports with a fetch through an account's own outbound proxy. */
export function portsFor(
  { ports, fetchFor }: Pick<OAuthOptions, "ports" | "fetchFor">,
  credential: Pick<Credential, "proxy">,
): Ports {
  if (credential.proxy === undefined || fetchFor === undefined) return ports;
  return { ...ports, fetch: throughProxy(fetchFor(credential), credential.proxy) };
}
