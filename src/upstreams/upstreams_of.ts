import { type SourceName, type SourceOf, SOURCES } from "../core/mod.ts";
import { createAiStudio } from "./ai_studio/mod.ts";
import type { ClientVersion } from "./antigravity/client_version.ts";
import { type AntigravityOptions, antigravityService, createAntigravity } from "./antigravity/mod.ts";
import type { CodeAssistService } from "./code_assist.ts";
import type { Upstream } from "./contract.ts";
import { createGeminiCli, type GeminiCliOptions, geminiCliService } from "./gemini_cli/mod.ts";
import { createVertex } from "./vertex/mod.ts";

/**
 * The address of each source, the user agent sent to it, and the OAuth clients that its errors may name; the program's
 * settings have this form.
 */
export interface UpstreamPlaces {
  readonly geminiApiUrl: string;
  readonly antigravityUrls: readonly string[];
  readonly antigravityUserAgent?: string;
  readonly codeAssistUrl: string;
  readonly geminiCliUserAgent?: string;
  readonly vertexUrl?: string;
  readonly oauth: Readonly<Record<"default" | SourceOf<"oauth">, { readonly clientId?: string }>>;
}

/** The upstreams of all sources, at the addresses of the settings. */
export function upstreamsOf(
  places: UpstreamPlaces,
  version?: ClientVersion,
): ReadonlyMap<SourceName, Upstream> {
  const { vertexUrl } = places;
  const upstreams: Readonly<Record<SourceName, Upstream>> = {
    api_key: createAiStudio({ url: places.geminiApiUrl }),
    antigravity: createAntigravity(antigravityOptions(places, version)),
    gemini_cli: createGeminiCli(geminiCliOptions(places)),
    vertex: createVertex(vertexUrl === undefined ? {} : { url: vertexUrl }),
  };
  return new Map(SOURCES.map((source) => [source, upstreams[source]]));
}

/** The control plane of an account's source, with the same settings as its calls. */
export function codeAssistServiceOf(
  places: UpstreamPlaces,
  source: SourceOf<"oauth">,
  version?: ClientVersion,
): CodeAssistService {
  const services: Readonly<Record<SourceOf<"oauth">, () => CodeAssistService>> = {
    antigravity: () => antigravityService(antigravityOptions(places, version)),
    gemini_cli: () => geminiCliService(geminiCliOptions(places)),
  };
  return services[source]();
}

function antigravityOptions(places: UpstreamPlaces, version: ClientVersion | undefined): AntigravityOptions {
  return {
    urls: places.antigravityUrls,
    ...caller(places, "antigravity", places.antigravityUserAgent),
    ...(version === undefined ? {} : { version }),
  };
}

function geminiCliOptions(places: UpstreamPlaces): GeminiCliOptions {
  return { url: places.codeAssistUrl, ...caller(places, "gemini_cli", places.geminiCliUserAgent) };
}

function caller({ oauth }: UpstreamPlaces, source: SourceOf<"oauth">, userAgent: string | undefined) {
  const clientId = oauth[source].clientId ?? oauth.default.clientId;
  return {
    ...(clientId === undefined ? {} : { clientId }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
