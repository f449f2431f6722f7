import { isObject, type JsonObject, parseForeign, type Usage } from "../../../core/mod.ts";
import { NO_USAGE } from "../../../gemini/mod.ts";
import type { PassObserver } from "../../../relay/mod.ts";

/** Headers of Google's reply that mean something to a client. */
const PASSED = [
  "content-type",
  "content-disposition",
  "content-range",
  "accept-ranges",
  "etag",
  "last-modified",
  "cache-control",
  "api-revision",
  "x-goog-upload-status",
  "x-goog-upload-chunk-granularity",
  "x-goog-upload-size-received",
  "x-goog-upload-header-content-type",
] as const;

/** Headers that hold an address of an upload under way. */
const UPLOAD_ADDRESSES = ["x-goog-upload-url", "x-goog-upload-control-url"] as const;

/** The reply's headers, with upload addresses rewritten to this proxy. */
export function passedHeaders(reply: Headers, origin: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of PASSED) {
    const value = reply.get(name);
    if (value !== null) headers[name] = value;
  }
  // The platform decompressed the body, so Google's length is wrong.
  const length = reply.get("content-length");
  if (length !== null && !reply.has("content-encoding")) headers["content-length"] = length;
  for (const name of UPLOAD_ADDRESSES) {
    const here = uploadHere(reply.get(name), origin);
    if (here !== undefined) headers[name] = here.href;
  }
  return headers;
}

/** The address of an upload at this proxy, without a key in it. */
export function uploadHere(address: string | null, origin: string): URL | undefined {
  const there = address === null ? null : URL.parse(address);
  if (there === null) return undefined;
  const here = new URL(there.pathname + there.search, origin);
  here.searchParams.delete("key");
  return here;
}

/** The name under which an upload in progress is recorded; undefined for other requests. */
export function uploadName(url: URL): string | undefined {
  const id = url.searchParams.get("upload_id");
  return id === null || !/^[\w.~-]{4,400}$/.test(id) ? undefined : `upload/${id}`;
}

/** The token of a client that has no key of this proxy: Google made it for one project, for one client. */
export function ephemeralToken({ searchParams, pathname }: URL): string | undefined {
  if (!pathname.startsWith("/ws/")) return undefined;
  const token = searchParams.get("access_token") ?? searchParams.get("key") ?? "";
  return /^auth_tokens\/[\w.~-]{1,300}$/.test(token) ? token : undefined;
}

/** The small JSON of a reply; undefined when it is none. */
export function parsedReply(bytes: Uint8Array): unknown {
  try {
    return parseForeign(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The usage of an interaction, or of a call on a model, in Gemini's arithmetic. */
export function usageOf(reply: unknown): Usage | undefined {
  const body = isObject(reply) ? reply : {};
  const usage = isObject(body["usage"]) ? body["usage"] : undefined;
  if (usage === undefined) return undefined;
  const count = (name: string) => typeof usage[name] === "number" ? usage[name] : 0;
  return {
    ...NO_USAGE,
    promptTokens: count("total_input_tokens"),
    cachedTokens: count("total_cached_tokens"),
    candidatesTokens: count("total_output_tokens"),
    thoughtsTokens: count("total_thought_tokens"),
    toolUseTokens: count("total_tool_use_tokens"),
    totalTokens: count("total_tokens"),
  };
}

/** A longer event is passed on without being parsed. */
const LONGEST_EVENT = 1024 * 1024;

/** Reads the events of a passing stream, for resource names and usage. */
export class EventReader implements PassObserver {
  readonly #decoder = new TextDecoder();
  readonly #onEvent: (event: JsonObject) => void;
  readonly #onEnd: () => void;
  #rest = "";
  #skips = false;

  constructor(onEvent: (event: JsonObject) => void, onEnd: () => void) {
    this.#onEvent = onEvent;
    this.#onEnd = onEnd;
  }

  piece(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!this.#skips) this.#line(line);
      this.#skips = false;
    }
    if (this.#rest.length <= LONGEST_EVENT) return;
    this.#rest = "";
    this.#skips = true;
  }

  end(): void {
    this.#line(this.#rest);
    this.#onEnd();
  }

  #line(line: string): void {
    if (!line.startsWith("data:") || !line.includes('"interaction')) return;
    const event = parsedReply(new TextEncoder().encode(line.slice(5)));
    if (isObject(event)) this.#onEvent(event as JsonObject);
  }
}
