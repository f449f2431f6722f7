import type { ClientId } from "../core/mod.ts";
import { checkName, type ConfigShape } from "./config_records.ts";
import type { ClientRecord } from "./contract.ts";
import { defined, type Fields } from "./fields.ts";

const BUDGET_UNITS = ["tokens", "usd", "requests"] as const;
const BUDGET_PERIODS = ["daily", "weekly", "monthly", "total"] as const;

function budget(fields: Fields): NonNullable<ClientRecord["budget"]> {
  return {
    unit: fields.oneOf("unit", BUDGET_UNITS),
    limit: fields.number("limit"),
    period: fields.oneOf("period", BUDGET_PERIODS),
  };
}

export const clientShape: ConfigShape<ClientRecord> = {
  kind: "client",
  nameOf: (record) => record.id,
  decode: (fields) => ({
    id: fields.text("id") as ClientId,
    name: fields.text("name"),
    hash: fields.text("hash"),
    tail: fields.text("tail"),
    createdAt: fields.number("createdAt"),
    updatedAt: fields.number("updatedAt"),
    revoked: fields.flag("revoked"),
    ...defined({
      allowModels: fields.optional("allowModels", fields.texts),
      requestsPerMinute: fields.optional("requestsPerMinute", fields.number),
      budget: fields.optional("budget", (name) => budget(fields.object(name))),
      expiresAt: fields.optional("expiresAt", fields.number),
    }),
  }),
  check: (record) => checkName("name", record.name),
};
