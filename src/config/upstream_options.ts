import versions from "../../data/client_versions.json" with { type: "json" };
import { anyText, oneOf, token, url, urlOrOff, urls, wholeNumber } from "./parsers.ts";
import { ADDRESS, group, type Row } from "./option.ts";

export const upstreams = group("Upstreams", {
  GEMINI_API_URL: {
    fallback: "https://generativelanguage.googleapis.com",
    allowed: ADDRESS,
    parse: url,
    doc: "Base of the Gemini API.",
  },
  ANTIGRAVITY_URLS: {
    fallback: "https://daily-cloudcode-pa.googleapis.com,https://cloudcode-pa.googleapis.com",
    allowed: "http or https URLs separated by commas",
    parse: urls,
    doc: "Bases of Antigravity, tried in this order.",
  },
  ANTIGRAVITY_USER_AGENT: {
    allowed: "a header value",
    parse: anyText,
    doc:
      "What Antigravity is told of the caller: it refuses versions that it finds too old, and hides newer models from them. Default: antigravity/hub/<version> geminitro, with the version of Google's own client.",
  },
  ANTIGRAVITY_SEARCH: {
    fallback: "leave_out",
    allowed: "leave_out or separate",
    parse: oneOf("leave_out", "separate"),
    doc:
      "A search beside functions, which Antigravity does not take: leave_out leaves it out with a warning; separate asks a Gemini model to search in a call of its own before each of a user's turns, and puts what it found into the request.",
  },
  ANTIGRAVITY_VERSION_URL: {
    fallback: versions.manifest,
    allowed: "an http or https address, or off",
    parse: urlOrOff,
    doc:
      "Manifest of Google's updater, read every six hours while an Antigravity account is used, for the version of Google's own client. off: the version that this release came with is told.",
  },
  CODE_ASSIST_URL: {
    fallback: "https://cloudcode-pa.googleapis.com",
    allowed: ADDRESS,
    parse: url,
    doc: "Base of Code Assist, which serves Gemini CLI accounts.",
  },
  GEMINI_CLI_USER_AGENT: {
    fallback: "GeminiCLI/0.0.0 (geminitro)",
    allowed: "a header value",
    parse: anyText,
    doc: "What Code Assist is told of the caller for Gemini CLI accounts.",
  },
  VERTEX_URL: {
    allowed: ADDRESS,
    parse: url,
    doc: "Base of Vertex AI. Default: the address of each credential's location.",
  },
  OAUTH_CALLBACK_PORT: {
    allowed: "a whole number between 1 and 65535",
    parse: wholeNumber(1, 65535),
    doc:
      "Port on which `geminitro login` waits for the browser. Default: PORT, or a free one when that is taken.",
  },
  GOOGLE_AUTH_URL: {
    fallback: "https://accounts.google.com/o/oauth2/v2/auth",
    allowed: ADDRESS,
    parse: url,
    doc: "Where a user signs in.",
  },
  GOOGLE_TOKEN_URL: {
    fallback: "https://oauth2.googleapis.com/token",
    allowed: ADDRESS,
    parse: url,
    doc: "Where tokens are exchanged and refreshed.",
  },
  GOOGLE_USERINFO_URL: {
    fallback: "https://www.googleapis.com/oauth2/v2/userinfo",
    allowed: ADDRESS,
    parse: url,
    doc: "Where an account's e-mail is read.",
  },
});

export const oauth = group(
  "OAuth",
  Object.fromEntries(
    ["", "ANTIGRAVITY_", "GEMINI_CLI_"].flatMap((prefix) => oauthRows(prefix)),
  ) as Record<OAuthVariable, Row<string>>,
);

type OAuthVariable = `${"" | "ANTIGRAVITY_" | "GEMINI_CLI_"}OAUTH_${
  | "CLIENT_ID"
  | "CLIENT_SECRET"
  | "SCOPES"}`;

function oauthRows(prefix: string): readonly (readonly [string, Row<string>])[] {
  const whose = prefix === ""
    ? "for all OAuth sources"
    : `for ${prefix === "ANTIGRAVITY_" ? "Antigravity" : "Gemini CLI"} alone`;
  return [
    [`${prefix}OAUTH_CLIENT_ID`, { allowed: "a client id", parse: token, doc: `OAuth client id ${whose}.` }],
    [`${prefix}OAUTH_CLIENT_SECRET`, {
      allowed: "a client secret",
      secret: true,
      parse: token,
      doc: `OAuth client secret ${whose}.`,
    }],
    [`${prefix}OAUTH_SCOPES`, {
      allowed: "scopes separated by commas or spaces",
      parse: anyText,
      doc: `OAuth scopes ${whose}, separated by commas or spaces.`,
    }],
  ];
}
