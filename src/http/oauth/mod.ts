/**
 * Sign-in over HTTP: its beginning, its callback page, pasting, imports, and the accounts. Everything but the callback is the
 * owner's alone; the callback serves the browser that began a sign-in, shows nothing unescaped and redirects nowhere.
 *
 * @module
 */
import { Hono } from "hono";
import type { AdminProblem } from "../../admin/mod.ts";
import type { OAuthOutcome, OAuthRoom } from "../../oauth/mod.ts";
import { redact } from "../../core/mod.ts";
import type { Authorized } from "../api/mod.ts";
import type { Endpoint } from "../api/endpoint.ts";
import { failureResponse, managementError, problemResponse } from "../api/management_error.ts";
import { readInput } from "../api/read_input.ts";
import { browserKeyOf, endedCookie } from "./browser_cookie.ts";
import { callbackPage } from "./callback_page.ts";
import { oauthEndpoints } from "./oauth_endpoints.ts";

export interface OAuthAppOptions {
  readonly oauth: OAuthRoom;
  /** Who sends a request: a token, or the dashboard's session. */
  readonly auth: (request: Request) => Authorized | Promise<Authorized>;
  readonly now?: () => number;
  /** Told of a fault of our own; never of its text to the client. */
  readonly onFault?: (error: Error) => void;
}

/** The sign-in's part of the server. Mount it at the root, before the management API. */
export function createOAuthApp(options: OAuthAppOptions): Hono {
  const app = new Hono();
  for (const endpoint of oauthEndpoints(options.oauth)) {
    app.on(
      endpoint.method.toUpperCase(),
      endpoint.path.replace(/\{(\w+)\}/g, ":$1"),
      (context) => serve(endpoint, options, context.req.raw, context.req.param() as Record<string, string>),
    );
  }
  app.get("/oauth-callback", (context) => serveCallback(options, context.req.raw));
  app.onError((error) => {
    options.onFault?.(error);
    return managementError({ status: 500, code: "internal", message: "The server failed: see its log" });
  });
  return app;
}

async function serve(
  endpoint: Endpoint,
  options: OAuthAppOptions,
  request: Request,
  params: Record<string, string>,
): Promise<Response> {
  const authorized = await options.auth(request);
  if (!authorized.ok) return failureResponse(authorized.failure, (options.now ?? Date.now)());
  if (!authorized.client.owner) {
    const message = "Only the owner's token may manage the proxy: this is a client's token";
    return managementError({ status: 403, code: "forbidden", message });
  }
  const input = await readInput(endpoint, request, new URL(request.url), params);
  if (!input.ok) return managementError(input.error);
  // Of the context these endpoints use the request alone, and their own schemas made the input.
  const context = { request } as Parameters<Endpoint["handle"]>[0];
  const answer = await endpoint.handle(context, input.value as Parameters<Endpoint["handle"]>[1]);
  if (answer instanceof Response) return answer;
  return answer.ok
    ? Response.json(answer.value, { headers: { "cache-control": "no-store" } })
    : problemResponse(answer.error satisfies AdminProblem);
}

async function serveCallback({ oauth, onFault }: OAuthAppOptions, request: Request): Promise<Response> {
  let outcome: Awaited<ReturnType<OAuthRoom["callback"]>>;
  try {
    outcome = await oauth.callback(new URL(request.url), browserKeyOf(request));
  } catch (error) {
    onFault?.(error instanceof Error ? error : new Error(String(error)));
    return callbackPage({
      title: "Not signed in",
      sentences: ["The server failed: see its log."],
      good: false,
    });
  }
  const page = callbackPage(pageOf(outcome));
  if (outcome.ok || outcome.error.code !== "foreign_browser") {
    page.headers.append("set-cookie", endedCookie());
  }
  return page;
}

type Page = Parameters<typeof callbackPage>[0];

function pageOf(
  outcome: OAuthOutcome<{ readonly email: string; readonly problem?: string; readonly link?: string }>,
): Page {
  if (!outcome.ok) {
    const { message, link } = outcome.error;
    return {
      title: "Not signed in",
      sentences: [redact(message)],
      good: false,
      ...(link === undefined ? {} : { link }),
    };
  }
  const { email, problem, link } = outcome.value;
  return {
    title: `Signed in as ${email}`,
    sentences: problem === undefined
      ? ["The account is in the pool. You can close this page."]
      : ["The account is stored but cannot serve yet.", redact(problem)],
    good: true,
    ...(link === undefined ? {} : { link }),
  };
}
