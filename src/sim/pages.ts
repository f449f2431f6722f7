import type { JsonObject } from "../core/mod.ts";
import type { Answer } from "./embeddings.ts";
import { invalid } from "./errors.ts";

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
