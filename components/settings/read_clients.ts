import type { LocalClient } from "../../src/management/client.ts";
import type { ClientView } from "../../src/management/contract.ts";
import { given, msOf } from "../shared/given.ts";

export interface ClientRow {
  readonly id: string;
  readonly name: string;
  readonly tail: string;
  readonly requestsPerMinute?: number;
  readonly budget?: NonNullable<ClientView["budget"]>;
  /** Patterns of the only models it may use; empty for all. */
  readonly allowModels: readonly string[];
  readonly expiresAt?: number;
  readonly createdAt: number;
  readonly status: ClientView["status"];
  /** For optimistic editing: what the editor saw. */
  readonly updatedAt: string;
  /** Its use over the retained days. */
  readonly requests: number;
  readonly tokens: number;
  /** US dollars, as if it were paid for. */
  readonly cost: number;
}

/** The clients with what they used. */
export async function readClients(client: LocalClient): Promise<readonly ClientRow[]> {
  return (await client.clients()).map(clientRow);
}

function clientRow(client: ClientView): ClientRow {
  const { id, name, tail, status, createdAt, updatedAt, allowModels = [], usage } = client;
  return {
    id,
    name,
    tail,
    status,
    updatedAt,
    allowModels,
    createdAt: Date.parse(createdAt),
    requests: usage?.requests ?? 0,
    tokens: usage?.tokens.total ?? 0,
    cost: usage?.cost ?? 0,
    ...given({
      budget: client.budget,
      requestsPerMinute: client.requestsPerMinute,
      expiresAt: msOf(client.expiresAt),
    }),
  };
}
