import { type ConfigShape, invalid } from "./config_records.ts";
import type { CapRecord } from "./contract.ts";

const UNITS = ["requests", "tokens"] as const;
const PERIODS = ["hourly", "daily", "weekly", "monthly"] as const;
const ACTIONS = ["try_next", "reject"] as const;

export const capShape: ConfigShape<CapRecord> = {
  kind: "cap",
  nameOf: (record) => record.model,
  decode: (fields) => ({
    model: fields.text("model"),
    limit: fields.number("limit"),
    unit: fields.oneOf("unit", UNITS),
    period: fields.oneOf("period", PERIODS),
    alertThreshold: fields.number("alertThreshold"),
    action: fields.oneOf("action", ACTIONS),
    enabled: fields.flag("enabled"),
    updatedAt: fields.number("updatedAt"),
  }),
  check(record) {
    if (!Number.isSafeInteger(record.limit) || record.limit < 0) {
      return invalid("limit", "The limit must be a whole number, 0 or more.");
    }
    const { alertThreshold } = record;
    return alertThreshold >= 0 && alertThreshold <= 100
      ? undefined
      : invalid("alertThreshold", "The alert threshold is a percentage between 0 and 100.");
  },
};
