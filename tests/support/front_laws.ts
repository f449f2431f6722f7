import assert from "node:assert/strict";
import { plainRequest } from "./plain_request.ts";

/** A server behind a front, as a test reaches it. */
export interface Fronted {
  /** Where the front listens on this machine. */
  readonly at: string;
  /** The address that people use: origin and path, without a slash at the end. */
  readonly url: string;
  /** Authority of the front's certificate. */
  readonly ca?: string;
}

interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | URLSearchParams;
  /** Default: the public path before it. */
  readonly below?: string;
}

/** One request as a browser or agent sends it to the public address; redirects are looked at, not followed. */
export async function call({ at, url, ca }: Fronted, path: string, more: Call = {}): Promise<Response> {
  const { host, pathname } = new URL(url);
  const base = more.below ?? pathname.replace(/\/$/, "");
  return await plainRequest(at + base + path, {
    method: more.method ?? "GET",
    headers: { host, connection: "close", ...more.headers },
    body: more.body?.toString(),
    ca,
  });
}

const TOKEN = { authorization: "Bearer geminitro", "content-type": "application/json" };

/** What has to hold behind every front: calls, pages, their files, the sign-in and changes; and nothing for strangers. */
export async function holdsBehind(fronted: Fronted): Promise<void> {
  const { origin, pathname } = new URL(fronted.url);
  const base = pathname.replace(/\/$/, "");
  const own = { origin, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };
  const chat = JSON.stringify({ model: "gemini-2.5-flash", messages: [{ role: "user", content: "hello" }] });
  const called = await call(fronted, "/v1/chat/completions", { method: "POST", headers: TOKEN, body: chat });
  assert.equal(called.status, 200, await called.text());
  const page = await call(fronted, "/dashboard", { headers: { "sec-fetch-site": "none" } });
  await page.body?.cancel();
  assert.equal(Math.floor(page.status / 100), 3, `the page: ${page.status}`);
  const to = new URL(page.headers.get("location") ?? "", fronted.url);
  assert.equal(to.pathname, `${base}/dashboard/login`);
  const login = await call(fronted, "/dashboard/login", { headers: { "sec-fetch-site": "none" } });
  const html = await login.text();
  assert.equal(login.status, 200, html);
  const files = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css|svg))"/g)].map((match) => match[1] ?? "");
  assert.ok(files.length > 0, html);
  for (const file of files) {
    assert.ok(file.startsWith(`${base}/`), file);
    const got = await call(fronted, file, { below: "" });
    assert.equal(got.status, 200, file);
    await got.body?.cancel();
  }
  const signedIn = await call(fronted, "/dashboard/login", {
    method: "POST",
    headers: { ...own, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ token: "geminitro" }),
  });
  assert.equal(signedIn.status, 303, await signedIn.text());
  assert.equal(new URL(signedIn.headers.get("location") ?? "", fronted.url).pathname, `${base}/dashboard`);
  const [line = ""] = signedIn.headers.getSetCookie();
  assert.ok(line.includes(`Path=${base === "" ? "/" : base};`), line);
  assert.equal(/; Secure/.test(line), origin.startsWith("https:"), line);
  const cookie = line.split(";")[0] ?? "";
  const shown = await call(fronted, "/dashboard", { headers: { cookie, "sec-fetch-site": "same-origin" } });
  assert.equal(shown.status, 200);
  assert.match(await shown.text(), new RegExp(`href="${base}/dashboard/keys"`));
  const change = (headers: Record<string, string>) =>
    call(fronted, "/api/aliases/fast", {
      method: "PUT",
      headers: { cookie, "content-type": "application/json", ...headers },
      body: JSON.stringify({ target: "gemini-2.5-flash" }),
    });
  const changed = await change(own);
  assert.equal(Math.floor(changed.status / 100), 2, await changed.text());
  const foreign = await change({ origin: "https://evil.example", "sec-fetch-site": "cross-site" });
  assert.equal(foreign.status, 403);
  assert.match(await foreign.text(), /PUBLIC_URLS|other sites/);
}
