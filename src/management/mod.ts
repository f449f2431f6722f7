/**
 * The contract of the management API: schemas of what goes over the wire, and the table of routes that server, clients and the
 * OpenAPI document are made from. Knows no handler and no store.
 *
 * @module
 */
export * from "./contract.ts";
export { type Method, type Route, type RouteOptions } from "./route.ts";
export { routes } from "./routes.ts";
