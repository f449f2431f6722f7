import { count, type Fields, fields, given, list, maybeCount, text, texts, time } from "./fields.ts";
import { shortNumber } from "../format.ts";
import type { AgentChange, AgentRow, CatalogView, ClientRow, MatrixModel, NamedModels } from "./views.ts";

function matrixModel(row: Fields): MatrixModel {
  return {
    id: text(row["id"]),
    name: text(row["displayName"]),
    sources: texts(row["sources"]),
    credentials: texts(row["credentials"]),
    ...given({
      inputLimit: maybeCount(row["inputTokenLimit"]),
      outputLimit: maybeCount(row["outputTokenLimit"]),
    }),
  };
}

/** Aliases, groups and fallbacks come as rows or as `{name: target}`; both become a name with its models. */
function namedModels(answer: unknown, ...names: readonly string[]): readonly NamedModels[] {
  const rows = list(answer, ...names);
  if (rows.length > 0) return rows.map(fields).map(namedRow);
  if (Array.isArray(answer)) return [];
  const holder = names.map((name) => fields(answer)[name]).find((value) => value !== undefined) ?? answer;
  return Object.entries(fields(holder)).filter(([, value]) => !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => ({ name, models: typeof value === "string" ? [value] : texts(value) }));
}

function namedRow(row: Fields): NamedModels {
  const target = text(row["target"]);
  return {
    name: text(row["name"]) || text(row["model"]),
    models: target ? [target] : texts(row["models"] ?? row["to"]),
    ...given({ updatedAt: maybeCount(row["updatedAt"]) }),
  };
}

export function catalogView(
  models: unknown,
  aliases: unknown,
  groups: unknown,
  fallbacks: unknown,
  settings: unknown,
): CatalogView {
  const rules = fields(fields(settings)["modelRules"]);
  return {
    models: list(models, "entries").map(fields).filter((row) => row["aliasOf"] === undefined).map(
      matrixModel,
    ),
    aliases: namedModels(aliases, "aliases"),
    groups: namedModels(groups, "groups", "quotaGroups"),
    fallbacks: namedModels(fallbacks, "fallbacks"),
    rules: { allowModels: texts(rules["allowModels"]), denyModels: texts(rules["denyModels"]) },
  };
}

/** GET /api/agents. */
export function agentRows(answer: unknown): readonly AgentRow[] {
  return list(answer, "agents", "items").map(fields).map((row) => ({
    id: text(row["id"]),
    name: text(row["name"], text(row["id"])),
    detected: row["detected"] !== false,
    installed: row["installed"] === true || row["configured"] === true,
    path: text(row["path"]) || text(row["file"]),
  }));
}

/** POST /api/agents/install, with and without `dryRun`. */
export function agentChanges(answer: unknown): readonly AgentChange[] {
  return list(answer, "results", "changes").map(fields).map((row) => ({
    agent: text(row["agent"]) || text(row["id"]),
    ok: row["ok"] === true || row["success"] === true,
    message: text(row["message"]) || text(row["error"]) || text(row["reason"]),
    diff: text(row["diff"]),
    notes: texts(row["notes"]),
    lines: texts(row["lines"]),
  }));
}

function budgetText(value: unknown): string {
  const row = fields(value);
  return row["limit"] === undefined
    ? ""
    : `${shortNumber(count(row["limit"]))} ${text(row["unit"])} ${text(row["period"])}`;
}

/** GET /api/clients. */
export function clientRows(answer: unknown): readonly ClientRow[] {
  return list(answer, "clients", "items").map(fields).map((row) => ({
    id: text(row["id"]),
    name: text(row["name"]),
    tail: text(row["tail"]),
    budget: budgetText(row["budget"]),
    status: text(row["status"], row["revoked"] === true ? "revoked" : "active"),
    ...given({
      requestsPerMinute: maybeCount(row["requestsPerMinute"]),
      expiresAt: time(row["expiresAt"]),
      createdAt: count(row["createdAt"]) || undefined,
    }),
  }));
}
