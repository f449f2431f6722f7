import type { Settings } from "../config/mod.ts";
import type { SourceName } from "../core/mod.ts";
import {
  createAiStudio,
  createAntigravity,
  createGeminiCli,
  createVertex,
  type Upstream,
} from "../upstreams/mod.ts";

/** Every way to Gemini, where the settings say it is. */
export function upstreamsOf(settings: Settings): ReadonlyMap<SourceName, Upstream> {
  const { oauth } = settings;
  return new Map<SourceName, Upstream>([
    ["api_key", createAiStudio({ url: settings.geminiApiUrl })],
    [
      "antigravity",
      createAntigravity({
        urls: settings.antigravityUrls,
        ...client(oauth.antigravity.clientId ?? oauth.default.clientId),
      }),
    ],
    [
      "gemini_cli",
      createGeminiCli({
        url: settings.codeAssistUrl,
        ...client(oauth.gemini_cli.clientId ?? oauth.default.clientId),
      }),
    ],
    ["vertex", createVertex(settings.vertexUrl === undefined ? {} : { url: settings.vertexUrl })],
  ]);
}

function client(clientId: string | undefined) {
  return clientId === undefined ? {} : { clientId };
}
