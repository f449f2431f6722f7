/**
 * Antigravity: Gemini, Claude and GPT models in an envelope, from two hosts tried in order. Builds requests with the
 * account's token and project, reduces schemas to the keywords that it accepts, lists models live and classifies failures.
 * Never uses credits, never invents a project, and changes its user agent only with the version of Google's own client.
 *
 * @module
 */
import { isObject } from "../../core/mod.ts";
import { clientProjectOf, type CodeAssistService, isImageModel, unwrapCodeAssist } from "../code_assist.ts";
import { createCodeAssistUpstream } from "../code_assist_upstream.ts";
import type { DiscoveredModel, Upstream } from "../contract.ts";
import { antigravityUserAgent, type ClientVersion, createClientVersion } from "./client_version.ts";
import { type ClaudeNames, createClaudeNames, envelope, PLACEHOLDER } from "./envelope.ts";

export interface AntigravityOptions {
  readonly urls: readonly string[];
  readonly userAgent?: string;
  /** The client version while no user agent is set; default: the built-in one. */
  readonly version?: ClientVersion;
  /** The OAuth client's id, to distinguish its own refusal from an account's. */
  readonly clientId?: string;
}

/** The settings of Antigravity's control plane. */
export function antigravityService(options: AntigravityOptions): CodeAssistService {
  const clientProject = clientProjectOf(options.clientId);
  const { version = createClientVersion() } = options;
  return {
    source: "antigravity",
    hosts: options.urls,
    // The version may be raised while the program runs.
    get userAgent() {
      return options.userAgent ?? antigravityUserAgent(version.newest);
    },
    metadata: { ideType: "ANTIGRAVITY" },
    needsOwnProject: false,
    quota: "shared",
    ...(clientProject === undefined ? {} : { clientProject }),
  };
}

/** The upstream of Antigravity accounts. */
export function createAntigravity(options: AntigravityOptions): Upstream {
  const names = createClaudeNames();
  return createCodeAssistUpstream({
    service: antigravityService(options),
    envelope: (input, project) => envelope(input, project, names),
    unwrap: (chunk) => withOwnCalls(unwrapCodeAssist(chunk), names),
    searchesApart: (model) => /^gemini/i.test(model) && !isImageModel(model),
    models: { method: ":fetchAvailableModels", read: readLiveModels },
  });
}

/** A reply with calls under the caller's names and without the placeholder argument. */
function withOwnCalls(reply: unknown, names: ClaudeNames): unknown {
  if (!isObject(reply) || !Array.isArray(reply["candidates"])) return reply;
  if (!JSON.stringify(reply["candidates"]).includes('"functionCall"')) return reply;
  return { ...reply, candidates: reply["candidates"].map((one) => cleanCandidate(one, names)) };
}

function cleanCandidate(candidate: unknown, names: ClaudeNames): unknown {
  if (!isObject(candidate) || !isObject(candidate["content"])) return candidate;
  const { parts } = candidate["content"];
  if (!Array.isArray(parts)) return candidate;
  const own = parts.map((part) => cleanPart(part, names));
  return { ...candidate, content: { ...candidate["content"], parts: own } };
}

function cleanPart(part: unknown, names: ClaudeNames): unknown {
  const call = isObject(part) ? part["functionCall"] : undefined;
  if (!isObject(part) || !isObject(call)) return part;
  const name = typeof call["name"] === "string" ? { name: names.toGemini(call["name"]) } : {};
  if (!isObject(call["args"])) return { ...part, functionCall: { ...call, ...name } };
  const { [PLACEHOLDER]: _, ...args } = call["args"];
  return { ...part, functionCall: { ...call, ...name, args } };
}

/** Models of the editor's own completion, which do not support chat. */
const INTERNAL_REGEXP = /^(chat_|tab_|rev\d)/;
const METHODS = ["generateContent", "countTokens"] as const;

/** Reads the account's live list; deprecated and internal ids are left out. */
function readLiveModels(answer: Record<string, unknown>): readonly DiscoveredModel[] {
  const models = isObject(answer["models"]) ? answer["models"] : {};
  const old = isObject(answer["deprecatedModelIds"]) ? answer["deprecatedModelIds"] : {};
  return Object.entries(models)
    .filter(([id]) => !INTERNAL_REGEXP.test(id) && !Object.hasOwn(old, id))
    .map(([id, model]) => readModel(id, isObject(model) ? model : {}));
}

function readModel(id: string, model: Record<string, unknown>): DiscoveredModel {
  const { displayName, maxTokens, maxOutputTokens, supportsThinking } = model;
  return {
    id,
    methods: METHODS,
    ...(typeof displayName === "string" ? { displayName } : {}),
    ...(typeof maxTokens === "number" ? { inputTokenLimit: maxTokens } : {}),
    ...(typeof maxOutputTokens === "number" ? { outputTokenLimit: maxOutputTokens } : {}),
    ...(typeof supportsThinking === "boolean" ? { thinking: supportsThinking } : {}),
  };
}
