import { HttpError } from "fresh";
import { define } from "../_define.ts";

const OPEN = new Set(["/dashboard/login", "/dashboard/started"]);

/** Only a trusted host name gets a page, and only a live session one with anything in it. */
export default define.middleware(async (context) => {
  const { url, req, state } = context;
  if (!state.sessions.isTrustedHost(req)) throw new HttpError(403, state.sessions.whyForeign(req));
  if (OPEN.has(url.pathname) || await state.sessions.verify(req)) return await context.next();
  if (req.method !== "GET" && req.method !== "HEAD") throw new HttpError(403);
  return context.redirect(`/dashboard/login?next=${encodeURIComponent(url.pathname + url.search)}`);
});
