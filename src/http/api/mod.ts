/**
 * The management API: one table of endpoints, whose schemas check requests and make the OpenAPI document; one error shape;
 * live events; metrics; and the typed client that the dashboard and the command line use. Answers never hold a secret. Knows
 * nothing of tokens: the composition passes the check in.
 *
 * @module
 */
export { type ApiOptions, type Authorized, createApi } from "./api.ts";
export { failureResponse } from "./management_error.ts";
export type { AgentsPort, ApiPorts, ReplayPort } from "./api_ports.ts";
