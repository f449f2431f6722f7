import { define } from "./_define.ts";

function policy(developing: boolean): string {
  const styles = developing ? "'self' 'unsafe-inline'" : "'self'";
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles}`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${developing ? " ws:" : ""}`,
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Headers of every page, error pages too: nothing inline runs, nothing comes from or goes to another host. */
export default define.middleware(async (context) => {
  const response = await context.next();
  const { headers } = response;
  headers.set("content-security-policy", policy(context.state.developing));
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("cross-origin-resource-policy", "same-origin");
  headers.set("cache-control", "no-store");
  return response;
});
