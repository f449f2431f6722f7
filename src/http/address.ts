import { dialectSegments } from "../core/mod.ts";

/** The dialects that ask for shared things, such as model lists and files. */
export type AskedDialect = "openai" | "anthropic" | "gemini";

/** The meaning of a request's path, in the normalised spelling that every route uses. */
export interface Address {
  /** Decoded once and encoded in one way; no doubled, trailing or dot segments; `/v1/...` for OpenAI and Anthropic. */
  readonly path: string;
  readonly part: "proxy" | "api" | "dashboard";
  /** The dialect that the path alone determines, for example `/v1beta/openai/models`. */
  readonly dialect?: AskedDialect;
  /** False for a path that cannot be decoded or tries to leave its folder: no route may serve it. */
  readonly good: boolean;
}

const VERSION_REGEXP = /^v\d{1,2}(?:(?:alpha|beta)\d{0,2})?$/;
/** First segments that only OpenAI's clients ask for. */
const OPENAI_WORDS = new Set([...dialectSegments("openai"), "moderations"]);
const ANTHROPIC_WORDS = new Set(dialectSegments("anthropic"));
/** First segments that more than one dialect asks for; headers decide where the version does not. */
const SHARED_WORDS = new Set(["models", "files", "batches"]);
/** Segments before the version in Google's addresses. */
const FRONTS = new Set(["upload", "download"]);

const MOST_KEPT = 500;
const LONGEST_KEPT = 300;
const kept = new Map<string, Address>();

/** The address of a request's URL. Clients use few of them: each is computed once. */
export function addressOf(url: string): Address {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = endOf(url, start);
  const written = start < 0 ? "/" : url.slice(start, end);
  const known = kept.get(written);
  if (known !== undefined) return known;
  const address = read(written);
  if (written.length <= LONGEST_KEPT) {
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(written, address);
  }
  return address;
}

function endOf(url: string, start: number): number | undefined {
  for (let at = Math.max(0, start); at < url.length; at++) {
    const code = url.charCodeAt(at);
    if (code === 0x3f || code === 0x23) return at;
  }
  return undefined;
}

function read(written: string): Address {
  const segments = segmentsOf(written);
  if (segments === undefined) {
    const first = written.split("/").find((segment) => segment !== "") ?? "";
    const part = partOf(first.toLowerCase());
    return { path: written, part, good: false, ...(part === "proxy" && first !== "v1" ? GEMINI : {}) };
  }
  return proxyAddress(segments) ?? ownAddress(written, segments);
}

/** The management API and the dashboard decode their own paths: only slashes and the first segment are normalised. */
function ownAddress(written: string, segments: readonly string[]): Address {
  const [, ...rest] = written.split("/").filter((segment) => segment !== "");
  const [first = ""] = segments;
  const part = first === "api" || ["metrics", "oauth-callback"].includes(segments.join("/"))
    ? "api"
    : "dashboard";
  return { path: joined([first]) + rest.map((segment) => `/${segment}`).join(""), part, good: true };
}

const GEMINI = { dialect: "gemini" } as const;

/** The part that an unreadable path belongs to, so that it is refused in its client's form. */
function partOf(first: string): Address["part"] {
  if (first === "api" || first === "metrics") return "api";
  return VERSION_REGEXP.test(first) || FRONTS.has(first) || first === "ws" ? "proxy" : "dashboard";
}

/** Decodes each segment once. An encoded slash separates segments too, except in the name of an environment's file. */
function segmentsOf(written: string): readonly string[] | undefined {
  const raw = written.split("/").filter((segment) => segment !== "");
  const segments: string[] = [];
  for (const segment of raw) {
    let text: string;
    try {
      text = segment.includes("%") ? decodeURIComponent(segment) : segment;
    } catch {
      return undefined;
    }
    const inner = text.split("/").filter((part) => part !== "");
    // deno-lint-ignore no-control-regex -- control characters are what is refused here
    if (/[\x00-\x1f\x7f\\]/.test(text) || inner.some((part) => part === "." || part === "..")) {
      return undefined;
    }
    if (segments.includes("environments")) segments.push(text);
    else segments.push(...inner);
  }
  return segments;
}

function proxyAddress(segments: readonly string[]): Address | undefined {
  let at = 0;
  let version: string | undefined;
  let openai = false;
  for (; at < segments.length; at++) {
    const segment = segments[at]!;
    if (VERSION_REGEXP.test(segment)) version = segment;
    else if (segment === "openai" && (version !== undefined || at === 0)) openai = true;
    else break;
  }
  const rest = segments.slice(at);
  const [first = "", second] = rest;
  if (first === "api" && second === "hello" && rest.length === 2) return proxy("/api/hello", "anthropic");
  if (first === "ws" && (version !== undefined || second !== undefined)) return proxy(joined(rest), "gemini");
  if (FRONTS.has(first)) return fronted(rest, version);
  if (OPENAI_WORDS.has(first)) return proxy(joined(["v1", ...rest]), "openai");
  if (ANTHROPIC_WORDS.has(first)) return proxy(joined(["v1", ...rest]), "anthropic");
  if (openai) return proxy(joined(["v1", ...rest]), "openai");
  if (version === undefined) return unversioned(rest);
  return proxy(joined([version, ...rest]), version === "v1" && !isModelMethod(rest) ? undefined : "gemini");
}

/** `/upload/v1beta/files`, also after a base URL that ends in a version, or without one. */
function fronted([front = "", ...rest]: readonly string[], version = "v1beta"): Address {
  const own = rest[0] !== undefined && VERSION_REGEXP.test(rest[0]) ? rest : [version, ...rest];
  return proxy(joined([front, ...own]), "gemini");
}

/** Clients whose base URL has no version: `/models`, `/models/{model}:generateContent`. */
function unversioned(rest: readonly string[]): Address | undefined {
  if (!SHARED_WORDS.has(rest[0] ?? "")) return undefined;
  const method = isModelMethod(rest);
  return proxy(joined([method ? "v1beta" : "v1", ...rest]), method ? "gemini" : undefined);
}

/** Google's methods of a model; names of models may have a colon too. */
function isModelMethod(rest: readonly string[]): boolean {
  return rest[0] === "models" &&
    /:(?:generate|streamGenerate|count|compute|embed|batch|asyncBatch|predict)\w*$/.test(rest.at(-1)!);
}

function proxy(path: string, dialect?: AskedDialect): Address {
  return { path, part: "proxy", good: true, ...(dialect === undefined ? {} : { dialect }) };
}

function joined(segments: readonly string[]): string {
  return `/${segments.map(encodeSegment).join("/")}`;
}

/** Encodes a segment in one way; characters allowed in a path are not escaped. */
function encodeSegment(segment: string): string {
  return /^[\w.~:@!$&'()*+,;=-]*$/.test(segment) ? segment : encodeURIComponent(segment).replace(
    /%(3A|40|24|26|2B|2C|3B|3D)/g,
    (_, code: string) => String.fromCharCode(parseInt(code, 16)),
  );
}
