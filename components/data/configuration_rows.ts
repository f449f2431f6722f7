import type { ClientView, Models } from "../../src/management/contract.ts";
import { given, msOf } from "./rows.ts";
import type { ClientRow, MatrixModel } from "./views.ts";

/** Rows of the configuration, apart from those of the first page. */

export function matrixModels({ entries }: Models): readonly MatrixModel[] {
  return entries.filter(({ aliasOf }) => aliasOf === undefined).map(
    ({ displayName, inputTokenLimit, outputTokenLimit, modalities, price, variantOf, ...model }) => ({
      ...model,
      ...modalities,
      name: displayName,
      inputLimit: inputTokenLimit,
      outputLimit: outputTokenLimit,
      ...given({ price, variantOf }),
    }),
  );
}

export function clientRow(client: ClientView): ClientRow {
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
