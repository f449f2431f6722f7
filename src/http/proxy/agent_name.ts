import { BOUNDS } from "../bounds.ts";

/** The agent behind a request, from its user-agent header: the first product that is not a library's, bounded and printable. */
export function agentName(headers: Headers): string {
  const text = (headers.get("user-agent") ?? "").slice(0, BOUNDS.agentChars);
  let name = names.get(text);
  if (name === undefined) {
    name = nameIn(text);
    if (names.size < MOST_NAMES) names.set(text, name);
  }
  return name;
}

/** A machine has few agents, and each sends the same header every time. */
const names = new Map<string, string>();
const MOST_NAMES = 500;

function nameIn(text: string): string {
  if (/^Mozilla\/[\d.]+ \(/.test(text)) return programIn(text) ?? "browser";
  const products = [...text.matchAll(/([A-Za-z][\w.@-]{0,40})(?:\/([\w.+-]{1,30}))?/g)];
  const named = products.find(([, name]) => !LIBRARIES.has(name!.toLowerCase())) ?? products[0];
  if (named === undefined) return "unknown";
  return named[2] === undefined ? named[1]! : `${named[1]}/${named[2]}`;
}

/** A program built on a browser names itself beside the browser's own products, after the comment about the machine. */
function programIn(text: string): string | undefined {
  const products = text.replace(/\([^()]*\)/g, "").matchAll(/([A-Za-z][\w.@-]{0,40})\/([\w.+-]{1,30})/g);
  const own = [...products].find(([, name]) => !BROWSER_PARTS.has(name!.toLowerCase()));
  return own === undefined ? undefined : `${own[1]}/${own[2]}`;
}

const BROWSER_PARTS: ReadonlySet<string> = new Set([
  "mozilla",
  "applewebkit",
  "gecko",
  "chrome",
  "headlesschrome",
  "chromium",
  "safari",
  "version",
  "mobile",
  "firefox",
  "edg",
  "opr",
  "electron",
]);

/** Products that say how a request was sent, not by which program. */
const LIBRARIES: ReadonlySet<string> = new Set([
  "mozilla",
  "node",
  "node.js",
  "undici",
  "axios",
  "fetch",
  "python",
  "runtime",
]);
