import type { RequestTarget } from "../request_target.ts";

/** The parts of a native path. */
export interface NativePath {
  /** `v1`, `v1beta`, `v1alpha` or a later one. */
  readonly version: string;
  /** As the client wrote it, without `models/`. */
  readonly model: string;
  readonly method: string;
}

/** Reads `/v1beta/models/{model}:{method}`; the model may be percent-encoded or an alias with slashes in it. */
export function parseNativePath(pathname: string): NativePath | undefined {
  const match = /^\/(v\d\w*)\/(?:models\/)?(.+):(\w+)$/.exec(pathname);
  if (match === null) return undefined;
  const model = decoded(match[2]!);
  return model === undefined ? undefined : { version: match[1]!, model, method: match[3]! };
}

function decoded(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A query without these words and without an escape has no token. */
const MAY_HOLD_TOKEN_REGEXP = /key|token|%/i;

/** Parameters in which Google's front takes a key or a token, `$` before the name or not. */
function isTokenName(name: string): boolean {
  return /^\$?(?:key|access_token|oauth_token)$/i.test(name);
}

/** The query for Google: everything but the client's token, in any spelling of its name. */
export function forwardedQuery(target: RequestTarget): string {
  if (!MAY_HOLD_TOKEN_REGEXP.test(target.query)) return target.query;
  const { url } = target;
  const kept = new URLSearchParams([...url.searchParams].filter(([name]) => !isTokenName(name)));
  if (kept.size === url.searchParams.size) return url.search;
  const text = kept.toString();
  return text === "" ? "" : `?${text}`;
}

/** Headers that Google uses and that do not contain the client's key. */
const FORWARDED =
  /^(content-type|accept|x-goog-api-client|user-agent|x-goog-upload-.*|x-server-timeout|x-goog-request-params|api-revision|range|if-range|if-match|if-none-match|last-event-id|prefer)$/;

/**
 * The same for a call on a model, where nothing is uploaded: looking headers up by name is cheaper than
 * iterating over all.
 */
export function modelHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of MODEL_HEADERS) {
    const value = headers.get(name);
    if (value !== null) kept[name] = value;
  }
  return kept;
}

const MODEL_HEADERS = [
  "content-type",
  "accept",
  "x-goog-api-client",
  "user-agent",
  "x-server-timeout",
  "x-goog-request-params",
] as const;

export function forwardedHeaders(headers: Headers): Record<string, string> {
  const kept: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (FORWARDED.test(name)) kept[name] = value;
  });
  return kept;
}
