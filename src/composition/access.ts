import { ok, OWNER } from "../core/mod.ts";
import {
  type AuthGate,
  type Checked,
  type ClientIdentity,
  createAuthGate,
  createSessions,
  type GuardOptions,
  type Sessions,
} from "../http/mod.ts";
import type { RunningServices } from "./running_services.ts";

/** Access control: tokens everywhere, and the dashboard's session for requests of its own pages. */
export interface Access {
  readonly gate: AuthGate;
  readonly sessions: Sessions;
}

const OWNER_IDENTITY: ClientIdentity = { id: OWNER, name: "owner", owner: true };
/** The kind of ended sessions among the values that expire. */
const ENDED = "ended-session";
const RECORD = "dashboard-session";

/** Opens access control. The session secret is stored sealed in the database, so that sessions survive a restart. */
export async function openAccess(services: RunningServices): Promise<Access> {
  const { admin, ports, settings, store } = services;
  const sessions = createSessions({
    secret: await sessionSecret(services),
    clock: ports.clock,
    verifyOwner: (token) => admin.authenticate(token)?.owner ?? false,
    generation: () => admin.newestOwnerKey(),
    ended: {
      has: async (hash) => await store.expiring.get(ENDED, hash) !== undefined,
      add: (hash, forMs) => store.expiring.put(ENDED, hash, true, forMs),
    },
    hosts: [settings.host, ...settings.publicUrls.map((url) => new URL(url).hostname)],
    onForeign: guardOptions(services).onRefused,
  });
  const tokens = createAuthGate(admin.authenticate, () => ports.clock.now());
  return {
    sessions,
    gate: {
      check(request, target, peer) {
        const byToken = () => tokens.check(request, target, peer);
        return bySession(sessions, request)?.then((session) => session ?? byToken()) ?? byToken();
      },
    },
  };
}

/** True for a request of our own pages with a session cookie; a request with a token is authenticated by that. */
function bySession(sessions: Sessions, request: Request): Promise<Checked | undefined> | undefined {
  const { headers } = request;
  // Not `has`: the platform lists every header for it, but looks up only one for `get`.
  if (headers.get("cookie") === null || headers.get("authorization") !== null) return undefined;
  return sessions.verify(request).then((alive) => alive ? ok(OWNER_IDENTITY) : undefined);
}

async function sessionSecret({ store, ports }: RunningServices): Promise<string> {
  const kept = await store.settings.get(RECORD);
  if (typeof kept?.["sealed"] === "string") return await store.vault.open(kept["sealed"]);
  const secret = ports.newId("") + ports.newId("");
  await store.settings.put(RECORD, { sealed: await store.vault.seal(secret) });
  return secret;
}

/** The same refusal is logged once in this time: a page that polls each second must not fill the log. */
const AGAIN_MS = 60_000;
const MOST = 100;

/**
 * Options that the guards of all parts share: the addresses of fronts, and a log line for the person who
 * configures one.
 */
export function guardOptions(
  { settings, ledger, ports }: Pick<RunningServices, "settings" | "ledger" | "ports">,
): Pick<GuardOptions, "publicUrls" | "onRefused"> {
  const told = new Map<string, number>();
  return {
    publicUrls: settings.publicUrls,
    onRefused(message) {
      const now = ports.clock.now();
      if (now - (told.get(message) ?? -Infinity) < AGAIN_MS) return;
      if (told.size >= MOST) told.clear();
      told.set(message, now);
      ledger.log("warn", "server", `Refused: ${message}`);
    },
  };
}
