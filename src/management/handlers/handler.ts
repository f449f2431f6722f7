import type { z } from "zod";
import type { Admin, ClientIdentity, Outcome } from "../../admin/mod.ts";
import type { LedgerService } from "../../ledger/mod.ts";
import type { RouteName } from "../paths.ts";
import type { Route } from "../route.ts";
import type { Routes } from "../routes.ts";
import type { Given } from "../schema/fields.ts";
import type { OAuthService } from "../../oauth/mod.ts";
import type { Agent, InstalledAgents, Replayed } from "../contract.ts";

/** Modules that every handler may use. */
export interface ApiContext extends ApiPorts {
  readonly admin: Admin;
  readonly ledger: LedgerService;
  readonly request: Request;
  /** Undefined on open routes without a token. */
  readonly client: ClientIdentity | undefined;
  /** The `updatedAt` that the editor saw, from If-Match. */
  readonly expected: number | undefined;
}

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type InputOf<One> = One extends Route<infer Params, infer Query, infer Body, infer _Reply>
  ? { readonly params: Parsed<Params>; readonly query: Parsed<Query>; readonly body: Parsed<Body> }
  : never;
type AnswerOf<One> = One extends { readonly reply: infer Reply extends z.ZodType }
  ? Outcome<Given<Reply>> | Response
  : never;

/** Handles a route; takes and returns the route's own types. */
export type Handler<One> = (
  context: ApiContext,
  input: InputOf<One>,
) => AnswerOf<One> | Promise<AnswerOf<One>>;

/** The handlers of some routes. */
export type Handlers<Names extends RouteName> = { readonly [Name in Names]: Handler<Routes[Name]> };

/** The object without fields that are undefined, as the use-cases expect it. */
export function definedOnly<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]: Exclude<Fields[Name], undefined>;
  };
}

/** The refusal of a program without this part. */
export function unavailable(message: string): { readonly ok: false; readonly error: Unavailable } {
  return { ok: false, error: { status: 503, code: "unavailable", message } };
}

interface Unavailable {
  readonly status: 503;
  readonly code: string;
  readonly message: string;
}

/** Coding agents on this machine. */
export interface AgentsPort {
  list(): Promise<readonly Agent[]>;
  install(input: {
    readonly agents: readonly string[];
    readonly scope: "global" | "project";
    /** Only report what would be written. */
    readonly dryRun: boolean;
  }): Promise<Outcome<InstalledAgents>>;
}

/** Sends a kept request again, optionally on one key (id, label or tail) or with another model. */
export type ReplayPort = (
  id: string,
  how: { readonly key?: string; readonly model?: string },
) => Promise<Outcome<Replayed>>;

/** Parts that not every program has. */
export interface ApiPorts {
  readonly replay?: ReplayPort;
  readonly agents?: AgentsPort;
  readonly oauth?: OAuthService;
}
