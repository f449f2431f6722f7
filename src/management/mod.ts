/**
 * The contract of the management API and its server: schemas of what goes over the wire; the table of routes that server,
 * clients and the OpenAPI document are made from; handlers; live events; metrics. Answers never hold a secret. Knows nothing of
 * tokens: the composition passes the check in.
 *
 * @module
 */
export * from "./contract.ts";
export type { AgentsPort, ApiPorts, ReplayPort } from "./handlers/handler.ts";
export { createLocalClient } from "./local_client.ts";
export { failureResponse } from "./management_error.ts";
export { type ApiOptions, type Authorized, createApi } from "./server.ts";
