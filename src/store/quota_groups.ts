import { type ConfigShape, invalid } from "./config_records.ts";
import type { QuotaGroupRecord } from "./contract.ts";

export const quotaGroupShape: ConfigShape<QuotaGroupRecord> = {
  kind: "quota_group",
  nameOf: (record) => record.name,
  decode: (fields) => ({
    name: fields.text("name"),
    models: fields.texts("models"),
    updatedAt: fields.number("updatedAt"),
  }),
  check: (record) =>
    record.models.length > 0 ? undefined : invalid("models", "A quota group needs at least one model."),
};
