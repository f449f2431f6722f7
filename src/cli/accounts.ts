import type { AccountView, OAuthService } from "../oauth/mod.ts";
import { CommandError, type Context } from "./command.ts";

/**
 * The service of signed-in accounts, on the database itself: a running server sees a change within a second, and
 * its callback page completes a sign-in that was begun here.
 */
export async function openAccounts(context: Context): Promise<OAuthService> {
  const settings = await context.settings();
  if (settings.kv === ":memory:") {
    throw new CommandError("The database is in memory: accounts belong to the server's process alone", {
      hint: "Sign in on the dashboard, or set GEMINITRO_KV to a file.",
    });
  }
  const [{ createOAuth }, { openStore }, { createConnections, pooledFetch, systemPorts }, { userFolder }] =
    await Promise.all([
      import("../oauth/mod.ts"),
      import("../store/mod.ts"),
      import("../system/mod.ts"),
      import("../config/mod.ts"),
    ]);
  const ports = systemPorts();
  const { clock, random, newId } = ports;
  const masterKey = settings.masterKey === undefined ? {} : { masterKey: settings.masterKey };
  const place = { path: settings.kv, home: settings.home };
  const store = await openStore({ ...place, ...masterKey, clock, random, newId, announce: false });
  context.atEnd(() => store.close());
  const user = userFolder(context.services.env, Deno.build.os);
  const connections = createConnections();
  context.atEnd(() => connections.close());
  const service = createOAuth({
    store,
    settings,
    ports,
    fetchFor: ({ proxy }) => pooledFetch(ports.fetch, connections, proxy),
    ledger: { log: () => {} },
    ...(user === undefined ? {} : { userFolder: user }),
  });
  context.atEnd(() => service.close());
  return service;
}

/** Finds an account by its e-mail, its id or a part of either. */
export function findAccount(accounts: readonly AccountView[], wanted: string): AccountView {
  const exact = accounts.filter((one) => one.id === wanted || one.email === wanted);
  const short = (id: string) => id.slice(id.indexOf("_") + 1);
  const found = exact.length > 0
    ? exact
    : accounts.filter(({ id, email }) => email.includes(wanted) || short(id).startsWith(wanted));
  const [only] = found;
  if (only === undefined) throw new CommandError(`There is no account ${wanted}`, { code: "not_found" });
  if (found.length > 1) {
    throw new CommandError(`Several accounts match ${wanted}`, {
      code: "ambiguous",
      hint: `Give an id: ${found.map(({ id, source }) => `${id} (${source})`).join(", ")}`,
    });
  }
  return only;
}
