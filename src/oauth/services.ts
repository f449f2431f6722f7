import type { Settings } from "../config/mod.ts";
import { antigravityService, type CodeAssistService, geminiCliService } from "../upstreams/mod.ts";
import type { Provider } from "./contract.ts";

/** The control plane of a source, as the settings have it. */
export function serviceOf(settings: Settings, provider: Provider): CodeAssistService {
  const clientId = settings.oauth[provider].clientId ?? settings.oauth.default.clientId;
  const client = clientId === undefined ? {} : { clientId };
  const { antigravityUserAgent, geminiCliUserAgent } = settings;
  return provider === "antigravity"
    ? antigravityService({
      urls: settings.antigravityUrls,
      ...client,
      ...(antigravityUserAgent === undefined ? {} : { userAgent: antigravityUserAgent }),
    })
    : geminiCliService({
      url: settings.codeAssistUrl,
      ...client,
      ...(geminiCliUserAgent === undefined ? {} : { userAgent: geminiCliUserAgent }),
    });
}
