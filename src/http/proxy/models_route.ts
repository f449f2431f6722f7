import { type Failure, invalidRequest, type JsonObject } from "../../core/mod.ts";
import type { CatalogEntry } from "../../catalog/mod.ts";
import { json } from "./answer_turn.ts";
import { askedDialect } from "./asked_dialect.ts";
import { anthropicModel, codexModel, geminiModel, type KnownModel, openaiModel } from "./model_shapes.ts";
import type { ProxyDeps, RequestContext } from "./proxy_deps.ts";

/** Google's own page sizes for models.list: default 50, at most 1,000. */
const PAGE = { default: 50, most: 1000 };

/** Anthropic's page sizes. */
const ANTHROPIC_PAGE = { default: 20, most: 1000 };

/** Lists the models of all usable credentials, aliases included, in the client's dialect. */
export function listModels(deps: ProxyDeps, requestContext: RequestContext): Response | Failure {
  const models = deps.catalog.list().filter((entry) => deps.mayUse(requestContext.client, entry.id))
    .map((entry) => known(deps, entry));
  switch (askedDialect(requestContext)) {
    case "anthropic":
      return anthropicPage(requestContext, models);
    case "gemini":
      return answer(requestContext, geminiPage(requestContext, models));
    default:
      return answer(requestContext, openaiList(requestContext, models));
  }
}

function known(deps: ProxyDeps, entry: CatalogEntry): KnownModel {
  const resolved = deps.catalog.resolve(entry.id);
  return { entry, capabilities: resolved.ok ? resolved.value.capabilities : undefined };
}

/** Codex sends its version and reads only `models`; all others read `data`. */
function openaiList({ target: { url } }: RequestContext, models: readonly KnownModel[]): JsonObject {
  const data = models.map(openaiModel);
  if (!url.searchParams.has("client_version")) return { object: "list", data };
  const chats = models.filter(({ entry }) => entry.methods.includes("generateContent"));
  return { object: "list", data, models: chats.map(codexModel) };
}

/** One model, by exact id or alias; undefined when there is none. */
export function oneModel(
  deps: ProxyDeps,
  requestContext: RequestContext,
  name: string,
): Response | undefined {
  const resolved = deps.catalog.resolve(name);
  const id = resolved.ok ? resolved.value.id : name;
  const entries = deps.catalog.list();
  const entry = entries.find((one) => one.id === name) ?? entries.find((one) => one.id === id);
  if (entry === undefined || !deps.mayUse(requestContext.client, entry.id)) return undefined;
  const model = known(deps, entry);
  switch (askedDialect(requestContext)) {
    case "anthropic":
      return answer(requestContext, anthropicModel(model));
    case "gemini":
      return answer(requestContext, geminiModel(model));
    default:
      return answer(requestContext, { ...openaiModel(model), id: name });
  }
}

/** A page before or after a model's id, as Anthropic's clients request it. */
function anthropicPage(requestContext: RequestContext, models: readonly KnownModel[]): Response | Failure {
  const { searchParams } = requestContext.target.url;
  const asked = searchParams.get("limit");
  const limit = asked === null ? ANTHROPIC_PAGE.default : Number(asked);
  if (!Number.isInteger(limit) || limit < 1 || limit > ANTHROPIC_PAGE.most) {
    return invalidRequest(`limit must be a whole number between 1 and ${ANTHROPIC_PAGE.most}`, {
      param: "limit",
    });
  }
  const placeOf = (name: string) => {
    const id = searchParams.get(name);
    return id === null ? undefined : models.findIndex(({ entry }) => entry.id === id);
  };
  const after = placeOf("after_id");
  const before = placeOf("before_id");
  if (after === -1 || before === -1) {
    const param = after === -1 ? "after_id" : "before_id";
    return invalidRequest(`${param} names no model of this list`, { param });
  }
  const end = before ?? models.length;
  const start = after === undefined ? before === undefined ? 0 : Math.max(0, end - limit) : after + 1;
  const page = models.slice(start, Math.min(end, start + limit));
  return answer(requestContext, {
    data: page.map(anthropicModel),
    has_more: before === undefined ? start + page.length < end : start > 0,
    first_id: page[0]?.entry.id ?? null,
    last_id: page.at(-1)?.entry.id ?? null,
  });
}

function geminiPage({ target: { url } }: RequestContext, entries: readonly KnownModel[]): JsonObject {
  const asked = Number(url.searchParams.get("pageSize") ?? PAGE.default);
  const size = Math.min(PAGE.most, asked >= 1 ? Math.floor(asked) : PAGE.default);
  const start = Math.max(0, Math.floor(Number(url.searchParams.get("pageToken") ?? 0)) || 0);
  const next = start + size;
  return {
    models: entries.slice(start, next).map(geminiModel),
    ...(next < entries.length ? { nextPageToken: String(next) } : {}),
  };
}

function answer(requestContext: RequestContext, body: JsonObject): Response {
  return json(body, { "x-request-id": requestContext.requestId });
}
