import type { Credential, Failure, Result } from "../core/mod.ts";
import type { DiscoveredModel } from "../upstreams/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";

/** Longest wait for a source's list of models, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** Asks Google which models a credential has, which is also the check that it works. */
export async function discoverModels(
  deps: AdminDeps,
  credential: Credential,
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const upstream = deps.upstreams.get(credential.source);
  if (upstream === undefined) return { ok: false, error: noUpstream(credential) };
  const stop = new AbortController();
  const cancel = deps.ports.clock.after(TIMEOUT_MS, () => stop.abort());
  try {
    const ready = deps.ready === undefined ? undefined : await deps.ready(credential, false, { check: true });
    if (ready?.ok === false) return ready;
    return await upstream.discover(ready?.value ?? credential, {
      fetch: deps.fetchFor?.(credential) ?? deps.ports.fetch,
      signal: stop.signal,
      now: deps.ports.clock.now(),
    });
  } catch {
    return { ok: false, error: unreachable(credential) };
  } finally {
    cancel();
  }
}

/** Keeps what was discovered. */
export async function keepModels(
  deps: AdminDeps,
  credential: Credential,
  models: readonly DiscoveredModel[],
): Promise<void> {
  const at = deps.ports.clock.now();
  await deps.store.modelLists.put({ credential: credential.id, source: credential.source, at, models });
}

function noUpstream({ source }: Credential): Failure {
  return {
    class: "misconfigured",
    status: 503,
    message: `The source ${source} is not switched on`,
    scope: "request",
  };
}

function unreachable({ source }: Credential): Failure {
  return {
    class: "transport",
    status: 502,
    message: "Google could not be reached to check this key: try again, or add it without the check",
    scope: "request",
    source,
  };
}
