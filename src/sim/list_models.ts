import { invalid, modelNotFound } from "./errors.ts";
import type { Answer } from "./embeddings.ts";
import { modelBody, type SimModel } from "./models.ts";

const DEFAULT_PAGE = 50;
const MAX_PAGE = 1000;

/** models.list: pages of 50 unless asked otherwise; the token is absent on the last page. */
export function listModels(models: readonly SimModel[], query: URLSearchParams): Answer {
  const size = Number(query.get("pageSize") ?? query.get("page_size") ?? 0);
  if (!Number.isInteger(size) || size < 0) {
    return { rejection: invalid(`Invalid value at 'page_size' (TYPE_INT32), "${query.get("pageSize")}"`) };
  }
  const start = startOf(query.get("pageToken") ?? query.get("page_token"));
  if (start === undefined) return { rejection: invalid("Page token is invalid.") };
  const end = start + Math.min(size === 0 ? DEFAULT_PAGE : size, MAX_PAGE);
  const page = models.slice(start, end).map(modelBody);
  return { body: { models: page, ...(end < models.length ? { nextPageToken: btoa(`from:${end}`) } : {}) } };
}

function startOf(token: string | null): number | undefined {
  if (token === null || token === "") return 0;
  try {
    const start = /^from:(\d+)$/.exec(atob(token))?.[1];
    return start === undefined ? undefined : Number(start);
  } catch {
    return undefined;
  }
}

/** models.get. */
export function getModel(models: ReadonlyMap<string, SimModel>, name: string, version: string): Answer {
  const model = models.get(name);
  return model ? { body: modelBody(model) } : { rejection: modelNotFound(name, version, "GetModel") };
}
