import { type CredentialId, err, type Failure, ok, type Result } from "../core/mod.ts";
import type { OAuthOptions } from "./oauth_options.ts";
import type { Refresher } from "./refresher.ts";
import { limitedFetch, portsFor, timed } from "./timed.ts";

/** Longest time for an account's model list, in milliseconds. */
const PATIENCE = 60_000;

/** Asks a new account for its models and keeps the list, so that it serves at once; says how many there are. */
export async function listModels(
  options: OAuthOptions,
  refresher: Refresher,
  id: CredentialId,
): Promise<Result<number, Failure>> {
  const { store, upstreams, ports } = options;
  const credential = await store.credentials.get(id);
  const upstream = credential === undefined ? undefined : upstreams.get(credential.source);
  if (credential === undefined || upstream === undefined) return ok(0);
  const ready = await refresher.ready(credential, false);
  if (!ready.ok) return ready;
  try {
    const now = ports.clock.now();
    const fetch = limitedFetch(portsFor(options, credential));
    const given = (signal: AbortSignal) => ({ fetch, signal, now });
    const listed = await timed(
      ports.clock,
      (signal) => upstream.discover(ready.value, given(signal)),
      undefined,
      PATIENCE,
    );
    if (!listed.ok) return listed;
    await store.modelLists.put({ credential: id, source: credential.source, at: now, models: listed.value });
    return ok(listed.value.length);
  } catch {
    return err({
      class: "transport",
      status: 502,
      source: credential.source,
      scope: "request",
      message: "The account's models could not be listed in time; check the account again.",
    });
  }
}
