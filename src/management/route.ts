import type { z } from "zod";
import { PATHS, type RouteName } from "./paths.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

export interface RouteOptions<Params, Query, Body, Reply> {
  readonly tag: string;
  readonly summary: string;
  /** `open`: no token needed; `client`: any client's token; default: the owner's. */
  readonly access?: "open" | "client";
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** A request without a body means `{}`. */
  readonly bodyOptional?: boolean;
  /** Largest body in bytes. */
  readonly bodyLimit?: number;
  readonly reply: Reply;
  /** Media type of the reply when it is not JSON. */
  readonly produces?: string;
  /** Statuses besides the usual ones. */
  readonly errors?: readonly number[];
}

/** One route of the management API: what it takes and returns, without its handler. */
export interface Route<Params = unknown, Query = unknown, Body = unknown, Reply = unknown>
  extends RouteOptions<Params, Query, Body, Reply> {
  readonly id: RouteName;
  readonly method: Method;
  /** With `{name}` for parameters, as OpenAPI writes it. */
  readonly path: string;
}

/** Makes a route: its schemas give the types of handler and client, the checks, and the documentation. */
export function route<
  Reply extends z.ZodType,
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(id: RouteName, options: RouteOptions<Params, Query, Body, Reply>): Route<Params, Query, Body, Reply> {
  const [method = "", path = ""] = PATHS[id].split(" ");
  return { ...options, id, method: method.toLowerCase() as Method, path };
}

/** A route of any types. */
export type AnyRoute = Route<z.ZodType | undefined, z.ZodType | undefined, z.ZodType | undefined, z.ZodType>;
