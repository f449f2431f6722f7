import type { JsonObject } from "../../core/mod.ts";
import type { CatalogEntry } from "../../catalog/mod.ts";
import { json } from "./answer_turn.ts";
import { askedDialect } from "./asked_dialect.ts";
import type { Arrival, ProxyDeps } from "./proxy_deps.ts";

/** Google gives no creation dates; clients want a number, and the same one each time. */
const CREATED = Date.UTC(2024, 0, 1) / 1000;
/** Google's own page sizes for models.list: default 50, at most 1,000. */
const PAGE = { default: 50, most: 1000 };

/** Lists the models of all usable credentials, aliases included, in the dialect that asks. */
export function listModels(deps: ProxyDeps, arrival: Arrival): Response {
  const entries = deps.catalog.list().filter((entry) => deps.mayUse(arrival.client, entry.id));
  switch (askedDialect(arrival)) {
    case "anthropic":
      return answer(arrival, {
        data: entries.map(anthropicModel),
        has_more: false,
        first_id: entries[0]?.id ?? null,
        last_id: entries.at(-1)?.id ?? null,
      });
    case "gemini":
      return answer(arrival, geminiPage(arrival, entries));
    default:
      return answer(arrival, { object: "list", data: entries.map(openaiModel) });
  }
}

/** One model, by exact id or alias; undefined when there is none. */
export function oneModel(deps: ProxyDeps, arrival: Arrival, name: string): Response | undefined {
  const resolved = deps.catalog.resolve(name);
  const id = resolved.ok ? resolved.value.id : name;
  const entries = deps.catalog.list();
  const entry = entries.find((one) => one.id === name) ?? entries.find((one) => one.id === id);
  if (entry === undefined || !deps.mayUse(arrival.client, entry.id)) return undefined;
  switch (askedDialect(arrival)) {
    case "anthropic":
      return answer(arrival, anthropicModel(entry));
    case "gemini":
      return answer(arrival, geminiModel(entry));
    default:
      return answer(arrival, { ...openaiModel(entry), id: name });
  }
}

function openaiModel(entry: CatalogEntry): JsonObject {
  return { id: entry.id, object: "model", created: CREATED, owned_by: entry.ownedBy };
}

function anthropicModel(entry: CatalogEntry): JsonObject {
  return {
    type: "model",
    id: entry.id,
    display_name: entry.displayName,
    created_at: new Date(CREATED * 1000).toISOString(),
    max_input_tokens: entry.inputTokenLimit,
    max_tokens: entry.outputTokenLimit,
  };
}

function geminiModel(entry: CatalogEntry): JsonObject {
  return {
    name: `models/${entry.id}`,
    displayName: entry.displayName,
    inputTokenLimit: entry.inputTokenLimit,
    outputTokenLimit: entry.outputTokenLimit,
    supportedGenerationMethods: entry.methods,
    ...(entry.thinking ? { thinking: true } : {}),
  };
}

function geminiPage({ url }: Arrival, entries: readonly CatalogEntry[]): JsonObject {
  const asked = Number(url.searchParams.get("pageSize") ?? PAGE.default);
  const size = Math.min(PAGE.most, asked >= 1 ? Math.floor(asked) : PAGE.default);
  const start = Math.max(0, Math.floor(Number(url.searchParams.get("pageToken") ?? 0)) || 0);
  const next = start + size;
  return {
    models: entries.slice(start, next).map(geminiModel),
    ...(next < entries.length ? { nextPageToken: String(next) } : {}),
  };
}

function answer(arrival: Arrival, body: JsonObject): Response {
  return json(body, { "x-request-id": arrival.requestId });
}
