import { err, ok, type Result, trimEndOf } from "../core/mod.ts";
import type { AgentProblem, AgentRecord, InstallRequest } from "./contract.ts";
import type { InstallFacts, KnownAgent } from "./known_agent.ts";

/** Fills a request's gaps, with what an earlier install chose where the request leaves it open, and refuses what cannot be carried out. */
export function installFacts(
  agent: KnownAgent,
  request: InstallRequest,
  former: Pick<AgentRecord, "defaultModel" | "mcp"> | undefined,
): Result<InstallFacts, AgentProblem> {
  const root = rootOf(request.baseUrl);
  if (root === undefined) {
    return bad(`baseUrl: ${JSON.stringify(request.baseUrl)} is not an http(s) address`);
  }
  if (/[\r\n\0]/.test(request.apiKey) || request.apiKey === "") {
    return bad("apiKey: one line of text is needed");
  }
  const scope = request.scope ?? "global";
  if (!agent.scopes.includes(scope)) return bad(`scope: ${agent.name} has no ${scope} configuration`);
  if (scope === "project" && !request.projectDir) return bad("projectDir: needed with scope project");
  const byId = (id: string | undefined) => request.models.find((model) => model.id === id);
  if (request.defaultModel !== undefined && byId(request.defaultModel) === undefined) {
    return bad(`defaultModel: ${request.defaultModel} is not one of the models`);
  }
  const defaultModel = byId(request.defaultModel) ?? byId(former?.defaultModel) ?? request.models[0];
  if (defaultModel === undefined) {
    return err({
      code: "no_models",
      message: "No model is known yet. Add a key first, so that its models can be listed",
    });
  }
  const mcp = request.mcp ?? former?.mcp;
  return ok({
    ...(mcp === undefined ? {} : { mcp }),
    root,
    v1: `${root}/v1`,
    apiKey: request.apiKey,
    models: request.models,
    defaultModel,
    scope,
    projectDir: request.projectDir ?? "",
  });
}

function bad(message: string): Result<never, AgentProblem> {
  return err({ code: "bad_request", message });
}

function rootOf(baseUrl: string): string | undefined {
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.hostname === "localhost") url.hostname = "127.0.0.1";
  return url.origin + trimEndOf(url.pathname, "/").replace(/\/v1$/, "");
}
