import { type ConfigShape, invalid } from "./config_records.ts";
import type { FallbackRecord } from "./contract.ts";

export const fallbackShape: ConfigShape<FallbackRecord> = {
  kind: "fallback",
  nameOf: (record) => record.model,
  decode: (fields) => ({
    model: fields.text("model"),
    to: fields.texts("to"),
    updatedAt: fields.number("updatedAt"),
  }),
  check(record) {
    if (record.to.length === 0) return invalid("to", "A fallback needs at least one other model.");
    return record.to.includes(record.model)
      ? invalid("to", "A model cannot fall back to itself.")
      : undefined;
  },
};
