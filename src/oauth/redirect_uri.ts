import type { Provider } from "./contract.ts";

/** Google sends browsers to any port of this machine without registration, under one of these names. */
const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const PATH = "/oauth-callback";
/**
 * Pages of Google's that show the code, for machines without a browser. Google sends it there only for clients with which the page
 * is registered: that of its own program.
 */
const CODE_PAGES: Readonly<Record<Provider, string>> = {
  antigravity: "https://antigravity.google/oauth-callback",
  gemini_cli: "https://codeassist.google.com/authcode",
};

/** Where Google shows the code of a sign-in that no browser of this machine takes part in. */
export const codePageOf = (provider: Provider): string => CODE_PAGES[provider];

/**
 * Where Google sends the browser: the address under which the user reaches this server when that is on the user's own machine,
 * else localhost, where the page does not load and its address is pasted. Other hosts are never used: a code would leave.
 */
export function redirectUriFor(page: string | undefined, port: number): string {
  const url = page === undefined ? null : URL.parse(page);
  return url !== null && url.protocol === "http:" && LOOPBACK.has(url.hostname)
    ? `${url.origin}${PATH}`
    : `http://localhost:${port}${PATH}`;
}
