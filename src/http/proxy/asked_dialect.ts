import type { AskedDialect } from "../address.ts";
import type { RequestContext } from "./proxy_deps.ts";

/**
 * The dialect of a request for something that several dialects share. The path decides where it can (`/v1beta`,
 * `/v1beta/openai`); else Anthropic's clients are known by their version, and Gemini's by Google's kind of key
 * or by an upload.
 */
export function askedDialect({ request: { headers }, target }: RequestContext): AskedDialect {
  const { dialect } = target.address;
  if (dialect !== undefined) return dialect;
  if (headers.has("anthropic-version") || headers.has("anthropic-beta")) return "anthropic";
  return headers.has("x-goog-api-key") || target.url.searchParams.has("key") ||
      headers.has("x-goog-api-client")
    ? "gemini"
    : "openai";
}
