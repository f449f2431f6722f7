/**
 * The server's HTTP side: the client APIs, the management API, the dashboard's mount, who may call, and which
 * requests of web pages are refused. Turns every Failure into a reply; decides nothing about models, keys or
 * limits.
 *
 * @module
 */
export { type AppParts, createApp, passFault } from "./app.ts";
export {
  type Authenticate,
  type AuthGate,
  type Checked,
  type ClientIdentity,
  createAuthGate,
} from "./auth.ts";
export { createCors, createRequestGuard, type GuardOptions } from "./request_guard.ts";
export { createSessions, type Sessions } from "./dashboard_session.ts";
export { createCallbackApp } from "./oauth/mod.ts";
export { OpenStreams } from "./open_streams.ts";
export {
  type BodyRecorder,
  createBodyRecorder,
  createProxyApp,
  createResources,
  type PeerInfo,
  type ProxyApp,
  type ProxyDeps,
} from "./proxy/mod.ts";
export { createFronts } from "./fronts.ts";
export { RequestTarget } from "./request_target.ts";
