import { type JsonObject, ok } from "../core/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { openCredential } from "./credential_file.ts";
import { encrypt } from "./passphrase.ts";
import { type Outcome, refuse } from "./problem.ts";
import { keyStanding, safeKey } from "./safe_key.ts";

/** Shortest passphrase that an export takes. */
const PASSPHRASE_CHARACTERS = 8;

/** Sealed with this database's own key: of no use to any other, and not the user's doing. */
export function isSealed(value: Readonly<Record<string, unknown>>): boolean {
  return "sealed" in value;
}

/**
 * Everything that was set, as one JSON document. With a passphrase the credentials are in it, encrypted; without one they are
 * only named. Client tokens are in it as the hashes that are kept of them, encrypted likewise.
 */
export async function exportFile(deps: AdminDeps, passphrase?: string): Promise<Outcome<JsonObject>> {
  if (passphrase !== undefined && passphrase.length < PASSPHRASE_CHARACTERS) {
    return refuse(
      422,
      "invalid",
      `The passphrase must have ${PASSPHRASE_CHARACTERS} characters or more`,
      "passphrase",
    );
  }
  const { store, version, ports } = deps;
  const [credentials, aliases, quotaGroups, fallbacks, caps, clients, settings, modelLists] = await Promise
    .all([
      store.credentials.list(),
      store.aliases.list(),
      store.quotaGroups.list(),
      store.fallbacks.list(),
      store.caps.list(),
      store.clients.list(),
      store.settings.list(),
      store.modelLists.list(),
    ]);
  const now = ports.clock.now();
  const secrets = passphrase === undefined
    ? null
    : await encrypt(JSON.stringify({ credentials: credentials.map(openCredential), clients }), passphrase);
  const document = {
    format: "geminitro-export",
    v: 1,
    version,
    exportedAt: new Date(now).toISOString(),
    credentials: credentials.map((one) => {
      const { id, tail, source, label, email, project, tier, enabled } = safeKey(
        keyStanding(one, { now, closed: [] }),
      );
      return { id, tail, source, label, email, project, tier, enabled };
    }),
    clients: clients.map(({ hash: _hash, ...open }) => open),
    aliases,
    quotaGroups,
    fallbacks,
    caps,
    settings: settings.filter(({ value }) => !isSealed(value)),
    modelLists,
    secrets,
  };
  // Records of the store are JSON already; parsing what was printed is what makes the type honest.
  return ok(JSON.parse(JSON.stringify(document)) as JsonObject);
}
