/**
 * The sources of Gemini: one folder for each, each an `Upstream` (hosts, envelope, model list, errors), with a common parser
 * of Google's error replies. Classifying is pure and is the only place that looks at upstream status codes; unrecognised
 * failures are `unknown`. Sources never import each other, and nothing here chooses credentials, waits or retries.
 *
 * @module
 */
export type { BodyReader } from "./read_reply.ts";
export { openBody, openLentBody, WaitingBytes } from "./read_reply.ts";
export { UPSTREAM_BOUNDS } from "./bounds.ts";
export { classifyCodeAssist } from "./classify_code_assist.ts";
export { classifyPublic } from "./classify_public.ts";
export { classifyTokenRefusal } from "./classify_token_refusal.ts";
export {
  type ClientVersion,
  createClientVersion,
  hiddenModelHint,
  isOlderVersion,
  oldClientWarning,
  versionInManifest,
} from "./antigravity/client_version.ts";
export { callCodeAssist, type CallOptions, type CodeAssistCall } from "./code_assist_call.ts";
export type { CodeAssistService } from "./code_assist.ts";
export * from "./contract.ts";
export * from "./read_reply.ts";
export * from "./unreadable_reply.ts";
export { safeText } from "./failure_rule.ts";
export { unreachableFailure } from "./unreachable_failure.ts";
export { withoutSecrets } from "./without_secrets.ts";
export { codeAssistServiceOf, type UpstreamPlaces, upstreamsOf } from "./upstreams_of.ts";
