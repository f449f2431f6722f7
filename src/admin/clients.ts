import { type ClientId, ok } from "../core/mod.ts";
import type { ClientRecord } from "../store/mod.ts";
import { type AdminDeps, fromStore, missing, type Outcome, refuse } from "./admin_deps.ts";
import { type CellView, cellView } from "./stats.ts";
import { hashToken, newClientToken } from "./owner_key.ts";

/** A client as the owner sees it: everything but the hash of its token. */
export interface ClientView extends Omit<ClientRecord, "hash"> {
  readonly status: "active" | "expired" | "revoked";
  /** Its use over the retained days. */
  readonly usage: CellView | null;
}

export interface ClientInput {
  readonly name: string;
  readonly allowModels?: readonly string[];
  readonly requestsPerMinute?: number;
  readonly budget?: NonNullable<ClientRecord["budget"]>;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

export async function listClients(deps: AdminDeps): Promise<readonly ClientView[]> {
  const { store, ledger, ports } = deps;
  const now = ports.clock.now();
  const usage = await ledger.lifetime("client");
  return (await store.clients.list()).map((client) => {
    const cell = usage.get(client.id);
    return viewOf(client, cell === undefined ? null : cellView(cell), now);
  });
}

/** Makes a client; only this answer contains its token. */
export async function addClient(
  deps: AdminDeps,
  input: ClientInput,
): Promise<Outcome<{ readonly client: ClientView; readonly token: string }>> {
  const now = deps.ports.clock.now();
  if (input.expiresAt !== undefined && input.expiresAt <= now) {
    return refuse(422, "invalid", "The expiry must be in the future", "expiresAt");
  }
  const namesake = (await deps.store.clients.list()).find((one) => !one.revoked && one.name === input.name);
  if (namesake !== undefined) {
    const message =
      `There is a client ${input.name} already (${namesake.id}): revoke it, or choose another name`;
    return refuse(409, "duplicate", message, "name");
  }
  const token = newClientToken();
  const put = await deps.store.clients.put({
    ...input,
    id: deps.ports.newId("client_") as ClientId,
    hash: hashToken(token),
    tail: token.slice(-4),
    createdAt: now,
    revoked: false,
  });
  if (!put.ok) return fromStore(put.error, "client");
  deps.ledger.log("info", "config", `A token was made for the client ${input.name}`);
  return ok({ client: viewOf(put.value, null, now), token });
}

/** Changes to a client; null removes a limit. Its token stays the same. */
export type ClientEdit = {
  readonly [Name in keyof ClientInput]?: Name extends "name" ? string : ClientInput[Name] | null;
};

/** Changes a client's name and limits; effective from its next request. */
export async function editClient(
  deps: AdminDeps,
  idOrName: string,
  edit: ClientEdit,
  expected?: number,
): Promise<Outcome<ClientView>> {
  const all = await deps.store.clients.list();
  const found = clientOf(all, idOrName);
  if (!found.ok) return found;
  const { updatedAt, ...draft } = found.value;
  const now = deps.ports.clock.now();
  if (typeof edit.expiresAt === "number" && edit.expiresAt <= now) {
    return refuse(422, "invalid", "The expiry must be in the future", "expiresAt");
  }
  const namesake = all.find((one) => !one.revoked && one.name === edit.name && one.id !== draft.id);
  if (namesake !== undefined) {
    return refuse(409, "duplicate", `There is a client ${edit.name} already (${namesake.id})`, "name");
  }
  const merged = Object.entries({ ...draft, ...edit }).filter(([, value]) => value !== null);
  // Null removes a field; the schema has checked the others.
  const put = await deps.store.clients.put(
    Object.fromEntries(merged) as unknown as typeof draft,
    expected ?? updatedAt,
  );
  if (!put.ok) return fromStore(put.error, "client");
  deps.ledger.log("info", "config", `The limits of the client ${put.value.name} were changed`);
  return ok(viewOf(put.value, null, now));
}

function clientOf(all: readonly ClientRecord[], idOrName: string): Outcome<ClientRecord> {
  const found = all.filter((client) => client.id === idOrName || client.name === idOrName);
  if (found.length > 1) return refuse(409, "ambiguous", "Several clients have this name: give the id", "id");
  const [client] = found;
  return client === undefined ? missing("client", idOrName) : ok(client);
}

/** Revokes a client's token at once; its figures stay. */
export async function revokeClient(deps: AdminDeps, idOrName: string): Promise<Outcome<ClientView>> {
  const found = clientOf(await deps.store.clients.list(), idOrName);
  if (!found.ok) return found;
  const client = found.value;
  const { updatedAt, ...draft } = client;
  const put = await deps.store.clients.put({ ...draft, revoked: true }, updatedAt);
  if (!put.ok) return fromStore(put.error, "client");
  deps.ledger.log("info", "config", `The token of the client ${client.name} was revoked`);
  return ok(viewOf(put.value, null, deps.ports.clock.now()));
}

/** Undoes a revocation, unless another client has taken the name. */
export async function restoreClient(deps: AdminDeps, id: string): Promise<Outcome<ClientView>> {
  const all = await deps.store.clients.list();
  const client = all.find((one) => one.id === id);
  if (client === undefined) return missing("client", id);
  if (!client.revoked) return refuse(409, "conflict", `The token of ${client.name} is not revoked`, "id");
  const namesake = all.find((one) => !one.revoked && one.name === client.name);
  if (namesake !== undefined) {
    return refuse(409, "duplicate", `There is another client ${client.name} by now (${namesake.id})`, "id");
  }
  const { updatedAt, ...draft } = client;
  const put = await deps.store.clients.put({ ...draft, revoked: false }, updatedAt);
  if (!put.ok) return fromStore(put.error, "client");
  deps.ledger.log("info", "config", `The token of the client ${client.name} holds again`);
  return ok(viewOf(put.value, null, deps.ports.clock.now()));
}

function viewOf(client: ClientRecord, usage: CellView | null, now: number): ClientView {
  const { hash: _hash, ...open } = client;
  const expired = client.expiresAt !== undefined && client.expiresAt <= now;
  return { ...open, status: client.revoked ? "revoked" : expired ? "expired" : "active", usage };
}
