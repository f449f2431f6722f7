import assert from "node:assert/strict";
import { createGoogleOAuthConfig, createHelpers, type Helpers, OAuthCallbackError } from "deno-kv-oauth";

const HERE = "http://127.0.0.1:7536";

interface Site {
  readonly helpers: Helpers;
  /** What the token endpoint was sent. */
  readonly sent: URLSearchParams[];
  move(ms: number): void;
}

/** A site whose provider is a token endpoint that checks PKCE as one must. */
async function onSite(
  work: (site: Site) => Promise<void>,
  answer: () => Response = goodAnswer,
): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  const sent: URLSearchParams[] = [];
  let now = 1_800_000_000_000;
  const config = createGoogleOAuthConfig({
    clientId: "client",
    clientSecret: "hush",
    redirectUri: `${HERE}/callback`,
    scope: ["email", "profile"],
    tokenUri: "http://127.0.0.1:1/token",
  });
  const fetch = (_url: string, init?: RequestInit) => {
    sent.push(new URLSearchParams(String(init?.body)));
    return Promise.resolve(answer());
  };
  try {
    await work({
      helpers: createHelpers(config, { kv, fetch, now: () => now }),
      sent,
      move: (ms) => now += ms,
    });
  } finally {
    kv.close();
  }
}

function goodAnswer(): Response {
  return Response.json({ access_token: "at", token_type: "Bearer", expires_in: 3599, refresh_token: "rt" });
}

/** The cookies a browser would send back. */
function cookies(response: Response): string {
  return response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

async function begin(site: Site, path = "/signin") {
  const response = await site.helpers.signIn(new Request(HERE + path), {
    urlParams: { access_type: "offline" },
  });
  const url = new URL(response.headers.get("location") ?? "");
  return { cookie: cookies(response), url, state: url.searchParams.get("state") ?? "" };
}

function callback(query: Record<string, string>, cookie: string): Request {
  return new Request(`${HERE}/callback?${new URLSearchParams(query)}`, { headers: { cookie } });
}

Deno.test("signIn() sends the browser to the provider with its own state and PKCE challenge", () =>
  onSite(async (site) => {
    const { url, cookie } = await begin(site);
    assert.equal(url.origin + url.pathname, "https://accounts.google.com/o/oauth2/v2/auth");
    const query = Object.fromEntries(url.searchParams);
    assert.equal(query["redirect_uri"], `${HERE}/callback`);
    assert.equal(query["scope"], "email profile");
    assert.equal(query["access_type"], "offline");
    assert.equal(query["code_challenge_method"], "S256");
    assert.match(cookie, /^oauth-session=[\w-]{43}$/);
    const other = await begin(site);
    assert.notEqual(other.state, query["state"]);
  }));

Deno.test("handleCallback() exchanges the code with the verifier, opens a session and goes where signIn was asked to", () =>
  onSite(async (site) => {
    const { cookie, state, url } = await begin(site, "/signin?success_url=/dashboard?tab=1");
    const { response, tokens, sessionId } = await site.helpers.handleCallback(
      callback({ state, code: "c1" }, cookie),
    );
    assert.deepEqual(tokens, { accessToken: "at", tokenType: "bearer", expiresIn: 3599, refreshToken: "rt" });
    assert.equal(response.headers.get("location"), "/dashboard?tab=1");
    const [sent] = site.sent;
    const verifier = new TextEncoder().encode(sent?.get("code_verifier") ?? "");
    const challenge = new Uint8Array(await crypto.subtle.digest("SHA-256", verifier))
      .toBase64({ alphabet: "base64url", omitPadding: true });
    assert.equal(challenge, url.searchParams.get("code_challenge"));
    assert.deepEqual([sent?.get("code"), sent?.get("client_secret")], ["c1", "hush"]);
    const request = new Request(HERE, { headers: { cookie: cookies(response) } });
    assert.equal(await site.helpers.getSessionId(request), sessionId);
    const out = await site.helpers.signOut(request);
    assert.match(out.headers.getSetCookie().join(), /site-session=; .*Max-Age=0/);
    assert.equal(await site.helpers.getSessionId(request), undefined);
  }));

Deno.test("handleCallback() refuses a forged, repeated, late, foreign or refused sign-in, and asks the provider nothing", () =>
  onSite(async (site) => {
    const refused = async (request: Request, message: RegExp) => {
      await assert.rejects(site.helpers.handleCallback(request), (error) => {
        return error instanceof OAuthCallbackError && message.test(error.message);
      });
      assert.equal(site.sent.length, 0);
    };
    const forged = await begin(site);
    await refused(callback({ state: "other", code: "c" }, forged.cookie), /not valid/);
    await refused(callback({ state: forged.state, code: "c" }, forged.cookie), /finished already/);
    const foreign = await begin(site);
    await refused(callback({ state: foreign.state, code: "c" }, ""), /unknown/);
    site.move(600_000);
    await refused(callback({ state: foreign.state, code: "c" }, foreign.cookie), /too old/);
    const denied = await begin(site);
    await refused(callback({ state: denied.state, error: "access_denied" }, denied.cookie), /access_denied/);
    const script = await begin(site);
    await refused(callback({ state: script.state, error: "<script>" }, script.cookie), /^[^<]*$/);
  }));

Deno.test("handleCallback() gives one of two callbacks at once the sign-in", () =>
  onSite(async (site) => {
    const { cookie, state } = await begin(site);
    const twice = [1, 2].map(() => site.helpers.handleCallback(callback({ state, code: "c" }, cookie)));
    const outcomes = await Promise.allSettled(twice);
    assert.deepEqual(outcomes.map((outcome) => outcome.status).sort(), ["fulfilled", "rejected"]);
    assert.equal(site.sent.length, 1);
  }));

Deno.test("handleCallback() names the provider's error word but never its text", () =>
  onSite(async (site) => {
    const { cookie, state } = await begin(site);
    await assert.rejects(site.helpers.handleCallback(callback({ state, code: "c" }, cookie)), (error) => {
      return error instanceof OAuthCallbackError &&
        error.message === "The provider refused the sign-in: invalid_grant.";
    });
  }, () => Response.json({ error: "invalid_grant", error_description: "secret text" }, { status: 400 })));

Deno.test("signIn() and signOut() never redirect to another site", () =>
  onSite(async (site) => {
    for (
      const evil of ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
    ) {
      const request = new Request(`${HERE}/signout?success_url=${encodeURIComponent(evil)}`);
      const location = (await site.helpers.signOut(request)).headers.get("location") ?? "";
      assert.equal(new URL(location, HERE).origin, HERE, evil);
    }
  }));

Deno.test("cookies are bound to the host and secure under https, and never readable by scripts", () =>
  onSite(async (site) => {
    const secure = await site.helpers.signIn(new Request("https://proxy.example/signin"));
    assert.match(
      secure.headers.get("set-cookie") ?? "",
      /^__Host-oauth-session=.*HttpOnly; SameSite=Lax; Secure$/,
    );
    const plain = await site.helpers.signIn(new Request(`${HERE}/signin`));
    assert.match(
      plain.headers.get("set-cookie") ?? "",
      /^oauth-session=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    );
  }));
