import { count, fields, list, text } from "./fields.ts";
import type { Outcome } from "./views.ts";

/** One line of POST /api/keys or of a check. */
function outcome(value: unknown): Outcome {
  const row = fields(value);
  const models = row["models"];
  return {
    ok: row["ok"] === true || row["success"] === true,
    name: text(row["label"]) || text(row["tail"]) || text(row["key"]) || text(row["id"]),
    id: text(row["id"]),
    models: Array.isArray(models) ? models.length : count(models),
    reason: text(row["reason"]) || text(row["message"]) || text(fields(row["error"])["message"]),
  };
}

/** Every line of an answer that tells of several keys, or the one line of an answer that tells of one. */
export function outcomes(answer: unknown): readonly Outcome[] {
  const rows = list(answer, "results", "keys", "items");
  return (rows.length > 0 || Array.isArray(answer) ? rows : [answer]).map(outcome);
}
