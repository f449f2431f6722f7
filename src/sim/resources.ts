import type { JsonObject } from "../core/mod.ts";
import { decodeBody } from "./decode.ts";
import type { Answer } from "./embeddings.ts";
import { invalid, permissionOnResource, reject } from "./errors.ts";
import { asList, asObject, asText } from "./json_read.ts";
import type { Collection } from "./route.ts";
import type { Resource, SimState } from "./state.ts";
import { countInput } from "./tokens.ts";

const HOUR_MS = 3_600_000;
const FILE_LIFE_MS = 48 * HOUR_MS;

/** Lists or creates files and cached contents of the caller's project. */
export function collectionCall(
  state: SimState,
  project: string,
  collection: Collection,
  httpMethod: string,
  bodyText: string,
  query: URLSearchParams,
): Answer {
  if (httpMethod === "GET") {
    const page = pageOf(
      state.resources.list(collection, project).map((resource) => resource.body),
      query,
      project,
    );
    if ("rejection" in page) return page;
    const { items, next } = page;
    return {
      body: {
        ...(items.length > 0 ? { [collection]: items } : {}),
        ...(next === undefined ? {} : { nextPageToken: next }),
      },
    };
  }
  if (httpMethod === "POST" && collection === "cachedContents") return createCached(state, project, bodyText);
  return { rejection: reject(404, "Requested entity was not found.") };
}

/** POST files:register: files in a bucket of the caller's project. */
export function registerFiles(state: SimState, project: string, origin: string, bodyText: string): Answer {
  const decoded = asObject(JSON.parse(bodyText === "" ? "{}" : bodyText));
  const uris = asList(decoded?.["uris"]).flatMap((uri) => asText(uri) ?? []);
  if (uris.length === 0) return { rejection: invalid("uris is required.") };
  return {
    body: { files: uris.map(() => storeFile(state, project, origin, { mimeType: "text/plain", size: 1 })) },
  };
}

/** Reads, changes or removes one; another project's resource is "not found". */
export function resourceCall(
  state: SimState,
  project: string,
  collection: Collection,
  id: string,
  httpMethod: string,
  bodyText: string,
): Answer {
  const found = state.resources.find(collection, project, id);
  if (!found) return { rejection: missing(collection, id) };
  if (httpMethod === "DELETE") {
    state.resources.remove(collection, id);
    return { body: {} };
  }
  if (httpMethod === "PATCH" && collection === "cachedContents") return renew(state, found, id, bodyText);
  return { body: found.body };
}

function missing(collection: Collection, id: string) {
  if (collection === "files") return permissionOnResource("File", id);
  return reject(403, "CachedContent not found (or permission denied)");
}

function createCached(state: SimState, project: string, bodyText: string): Answer {
  const decoded = decodeBody(bodyText, "CachedContent");
  if ("rejection" in decoded) return decoded;
  const { value } = decoded;
  const model = asText(value["model"]) ?? "";
  if (!state.models.has(model.replace(/^models\//, ""))) {
    return { rejection: invalid("* CreateCachedContentRequest.cached_content.model: model is required.\n") };
  }
  const tokens = countInput(value).total;
  const life = lifeOf(value) ?? HOUR_MS;
  const created = iso(state.clock.now());
  const resource = state.resources.add("cachedContents", project, life, tokens, (name) => ({
    name,
    model,
    createTime: created,
    updateTime: created,
    expireTime: iso(state.clock.now() + life),
    displayName: asText(value["displayName"]) ?? "",
    usageMetadata: { totalTokenCount: tokens },
  }));
  return { body: resource.body };
}

function renew(state: SimState, found: Resource, id: string, bodyText: string): Answer {
  const decoded = decodeBody(bodyText, "CachedContent");
  if ("rejection" in decoded) return decoded;
  const expiresAt = state.clock.now() + (lifeOf(decoded.value) ?? HOUR_MS);
  const body = { ...found.body, updateTime: iso(state.clock.now()), expireTime: iso(expiresAt) };
  state.resources.replace("cachedContents", id, { ...found, body, expiresAt });
  return { body };
}

function lifeOf(value: JsonObject): number | undefined {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(asText(value["ttl"]) ?? "")?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Stores an uploaded file for its project. */
export function storeFile(
  state: SimState,
  project: string,
  origin: string,
  file: { readonly mimeType: string; readonly size: number; readonly displayName?: string },
): JsonObject {
  const now = state.clock.now();
  return state.resources.add("files", project, FILE_LIFE_MS, 0, (name) => ({
    name,
    ...(file.displayName === undefined ? {} : { displayName: file.displayName }),
    mimeType: file.mimeType,
    sizeBytes: String(file.size),
    createTime: iso(now),
    updateTime: iso(now),
    expirationTime: iso(now + FILE_LIFE_MS),
    uri: `${origin}/v1beta/${name}`,
    state: "ACTIVE",
    source: "UPLOADED",
  })).body;
}

/** A page of a list; its token means nothing to another project. */
export function pageOf(
  all: readonly JsonObject[],
  query: URLSearchParams,
  project: string,
):
  | { readonly items: readonly JsonObject[]; readonly next: string | undefined }
  | Extract<Answer, { rejection: unknown }> {
  const size = Number(query.get("pageSize") ?? query.get("page_size") ?? 50) || 50;
  const token = query.get("pageToken") ?? query.get("page_token") ?? "";
  let start = 0;
  if (token !== "") {
    const [owner, at] = decoded(token).split("@");
    if (owner !== project || !/^\d+$/.test(at ?? "")) return { rejection: invalid("Page token is invalid.") };
    start = Number(at);
  }
  const end = start + Math.min(size, 100);
  return { items: all.slice(start, end), next: end < all.length ? btoa(`${project}@${end}`) : undefined };
}

function decoded(token: string): string {
  try {
    return atob(token);
  } catch {
    return "";
  }
}
