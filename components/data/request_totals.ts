import { count, fields, maybeCount } from "./fields.ts";
import type { TotalsView } from "./views.ts";

/** GET /api/requests/totals. */
export function totalsView(answer: unknown): TotalsView {
  const row = fields(answer);
  const median = maybeCount(fields(row["latency"])["p50"]);
  return {
    requests: count(row["requests"]),
    ok: count(row["success"]),
    errors: count(row["errors"]),
    tokens: count(fields(row["tokens"])["total"]),
    cost: count(row["cost"]),
    complete: row["complete"] !== false,
    ...(median === undefined ? {} : { medianMs: median }),
  };
}
