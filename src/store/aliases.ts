import { checkName, type ConfigShape } from "./config_records.ts";
import type { AliasRecord } from "./contract.ts";

export const aliasShape: ConfigShape<AliasRecord> = {
  kind: "alias",
  nameOf: (record) => record.name,
  decode: (fields) => ({
    name: fields.text("name"),
    target: fields.text("target"),
    updatedAt: fields.number("updatedAt"),
  }),
  check: (record) => checkName("target", record.target),
};
