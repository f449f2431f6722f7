/**
 * Sign-in over HTTP: the page to which Google sends the browser back. The page serves the browser that began a sign-in, shows nothing unescaped and redirects nowhere.
 *
 * @module
 */
import { Hono } from "hono";
import { redact } from "../../core/mod.ts";
import type { OAuthOutcome, OAuthService } from "../../oauth/mod.ts";
import { browserKeyOf, endedCookie } from "./browser_cookie.ts";
import { callbackPage } from "./callback_page.ts";

export interface CallbackAppOptions {
  readonly oauth: OAuthService;
  /** Called with a fault of our own, whose text is never sent to the client. */
  readonly onFault?: (error: Error) => void;
}

/** The callback page. Mount it at the root. */
export function createCallbackApp(options: CallbackAppOptions): Hono {
  return new Hono().get("/oauth-callback", (context) => serveCallback(options, context.req.raw));
}

async function serveCallback({ oauth, onFault }: CallbackAppOptions, request: Request): Promise<Response> {
  let outcome: Awaited<ReturnType<OAuthService["callback"]>>;
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
