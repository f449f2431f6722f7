import type { z } from "zod";
import type { Admin, ClientIdentity, Outcome } from "../../admin/mod.ts";
import type { LedgerRoom } from "../../ledger/mod.ts";
import type { Method, Route } from "../../management/mod.ts";
import type { ApiPorts } from "./api_ports.ts";

/** What every endpoint may use. */
export interface ApiContext extends ApiPorts {
  readonly admin: Admin;
  readonly ledger: LedgerRoom;
  readonly request: Request;
  /** Undefined on open endpoints without a token. */
  readonly client: ClientIdentity | undefined;
  /** The `updatedAt` that the editor saw, from If-Match or the body. */
  readonly expected: number | undefined;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

export interface EndpointOptions<Params, Query, Body> {
  readonly method: Method;
  /** With `{name}` for parameters, as OpenAPI writes it. */
  readonly path: string;
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  /** `open`: no token needed; `client`: any client's token; default: the owner's. */
  readonly access?: "open" | "client";
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** A request without a body stands for `{}`. */
  readonly bodyOptional?: boolean;
  /** Largest body in bytes. */
  readonly bodyLimit?: number;
  readonly reply?: z.ZodType;
  /** Media type of the reply when it is not JSON. */
  readonly produces?: string;
  /** Statuses besides the usual ones that this endpoint answers with. */
  readonly errors?: readonly number[];
  readonly handle: (
    context: ApiContext,
    input: { readonly params: Parsed<Params>; readonly query: Parsed<Query>; readonly body: Parsed<Body> },
  ) => Promise<Outcome<unknown> | Response>;
}

/** One endpoint, whatever its types. */
export type Endpoint = EndpointOptions<z.ZodType | undefined, z.ZodType | undefined, z.ZodType | undefined>;

type ReplyOf<Reply> = Reply extends z.ZodType ? z.input<Reply> : unknown;

/** Serves a route of the contract: what the handler takes and answers are the route's own types. */
export function handled<Params, Query, Body, Reply>(
  route: Route<Params, Query, Body, Reply>,
  handle: (
    context: ApiContext,
    input: { readonly params: Parsed<Params>; readonly query: Parsed<Query>; readonly body: Parsed<Body> },
  ) => Promise<Outcome<ReplyOf<Reply>> | Response>,
): Endpoint {
  return { ...route, handle } as unknown as Endpoint;
}

/** Makes an endpoint: its schemas give the types of what it handles, the checks, and its documentation. */
export function endpoint<
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(options: EndpointOptions<Params, Query, Body>): Endpoint {
  // The router hands over exactly what these schemas returned.
  return options as unknown as Endpoint;
}
