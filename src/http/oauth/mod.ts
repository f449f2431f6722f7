/**
 * Sign-in over HTTP: the page to which Google sends the browser back. It serves only the browser that began a
 * sign-in, shows nothing unescaped and redirects nowhere.
 *
 * @module
 */
import { Hono } from "hono";
import { redact } from "../../core/mod.ts";
import type { OAuthOutcome, OAuthService } from "../../oauth/mod.ts";
import { browserKeyOf, endedCookie } from "./browser_cookie.ts";

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

/** Content of the page; every text is escaped. */
interface CallbackPage {
  readonly title: string;
  readonly sentences: readonly string[];
  /** A page of Google's for the user. */
  readonly link?: string;
  readonly good: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1.5rem;color:#1d2330;background:#f7f8fa}" +
  "h1{font-size:1.4rem}a{color:#2456c4}@media(prefers-color-scheme:dark){body{color:#e6e9ef;background:#14171d}a{color:#8ab0ff}}";

/** The page that a browser sees after Google: no script, nothing loaded, nothing kept. */
function callbackPage(page: CallbackPage): Response {
  const link = page.link !== undefined && page.link.startsWith("https://")
    ? `<p><a href="${escaped(page.link)}" rel="noreferrer">Open Google's page</a></p>`
    : "";
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width"><title>${escaped(page.title)}</title>` +
    `<style>${STYLE}</style></head><body><main><h1>${escaped(page.title)}</h1>` +
    page.sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join("") + link +
    `<p><a href="/dashboard">To the dashboard</a></p></main></body></html>`;
  return new Response(html, {
    status: page.good ? 200 : 400,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      // The address of this page holds a code: it must not be sent anywhere.
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
  });
}
