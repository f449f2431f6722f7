import type { Settings } from "../config/mod.ts";
import type { Credential, Failure, Ports, Result, SourceName } from "../core/mod.ts";
import type { Ledger } from "../ledger/mod.ts";
import type { OAuthRoom } from "../oauth/mod.ts";
import type { Store } from "../store/mod.ts";
import {
  createAiStudio,
  createAntigravity,
  createGeminiCli,
  createVertex,
  type Upstream,
} from "../upstreams/mod.ts";

/** Every source, for checking credentials during a visit; the sign-in room is only loaded when an account needs it. */
export function visitUpstreams(rooms: {
  readonly settings: Settings;
  readonly store: Store;
  readonly ledger: Pick<Ledger, "log">;
  readonly ports: Ports;
}) {
  const { settings } = rooms;
  const client = (source: "antigravity" | "gemini_cli") => {
    const clientId = settings.oauth[source].clientId ?? settings.oauth.default.clientId;
    return clientId === undefined ? {} : { clientId };
  };
  const upstreams: ReadonlyMap<SourceName, Upstream> = new Map<SourceName, Upstream>([
    ["api_key", createAiStudio({ url: settings.geminiApiUrl })],
    ["antigravity", createAntigravity({ urls: settings.antigravityUrls, ...client("antigravity") })],
    ["gemini_cli", createGeminiCli({ url: settings.codeAssistUrl, ...client("gemini_cli") })],
    ["vertex", createVertex(settings.vertexUrl === undefined ? {} : { url: settings.vertexUrl })],
  ]);
  let room: OAuthRoom | undefined;
  return {
    upstreams,
    async ready(credential: Credential, force: boolean): Promise<Result<Credential, Failure>> {
      if (credential.source === "api_key") return { ok: true, value: credential };
      const { createOAuth } = await import("../oauth/mod.ts");
      room ??= createOAuth({ ...rooms, upstreams });
      return await room.ready(credential, force);
    },
    close: async () => await room?.close(),
  };
}
