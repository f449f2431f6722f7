import type { SourceName } from "../core/mod.ts";
import { createAiStudio } from "./ai_studio/mod.ts";
import { createAntigravity } from "./antigravity/mod.ts";
import type { Upstream } from "./contract.ts";
import { createGeminiCli } from "./gemini_cli/mod.ts";
import { createVertex } from "./vertex/mod.ts";

interface OAuthClientId {
  readonly clientId?: string;
}

/** Where each source listens, and the OAuth clients whose misconfiguration its errors may name; the program's settings fit. */
export interface UpstreamPlaces {
  readonly geminiApiUrl: string;
  readonly antigravityUrls: readonly string[];
  readonly codeAssistUrl: string;
  readonly vertexUrl?: string;
  readonly oauth: Readonly<Record<"default" | "antigravity" | "gemini_cli", OAuthClientId>>;
}

/** Every way to Gemini, where the settings say it is. */
export function upstreamsOf(places: UpstreamPlaces): ReadonlyMap<SourceName, Upstream> {
  const { oauth, vertexUrl } = places;
  const client = ({ clientId = oauth.default.clientId }: OAuthClientId) =>
    clientId === undefined ? {} : { clientId };
  const urls = places.antigravityUrls;
  return new Map<SourceName, Upstream>([
    ["api_key", createAiStudio({ url: places.geminiApiUrl })],
    ["antigravity", createAntigravity({ urls, ...client(oauth.antigravity) })],
    ["gemini_cli", createGeminiCli({ url: places.codeAssistUrl, ...client(oauth.gemini_cli) })],
    ["vertex", createVertex(vertexUrl === undefined ? {} : { url: vertexUrl })],
  ]);
}
