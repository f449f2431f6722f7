import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type Credential, isObject } from "../../src/core/mod.ts";
import { type OAuthBench, oauthBench } from "../e2e/oauth_fixture.ts";

const EMAIL = "robot@my-project.iam.gserviceaccount.com";
const ALGORITHM = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** A service account as Google Cloud gives it: its file, and the key that the fakes check with. */
export async function serviceAccount(project = "my-project") {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", privateKey)).toString("base64");
  const file = {
    type: "service_account",
    project_id: project,
    client_email: EMAIL,
    private_key: `-----BEGIN PRIVATE KEY-----\n${
      der.replaceAll(/(.{64})/g, "$1\n")
    }\n-----END PRIVATE KEY-----\n`,
    token_uri: "https://evil.example.com/token",
  };
  return { publicKey, text: JSON.stringify(file) };
}

async function addServiceAccount(bench: OAuthBench, project = "my-project"): Promise<Credential> {
  const { text, publicKey } = await serviceAccount();
  bench.simulator.control.addServiceAccount(EMAIL, project, publicKey);
  const report = await bench.oauth.importFiles({ text, confirmed: false });
  assert.ok(report.ok && report.value.added.length === 1, JSON.stringify(report));
  return await bench.reload(report.value.added[0]!.id);
}

async function readyOne(bench: OAuthBench): Promise<Credential> {
  const ready = await bench.oauth.ready(await addServiceAccount(bench), false);
  assert.ok(ready.ok, JSON.stringify(ready));
  return ready.value;
}

Deno.test("a service account signs in by itself, needs no warning, and its file's own address is not asked", async () => {
  await using bench = await oauthBench();
  const credential = await readyOne(bench);
  assert.ok(credential.source === "vertex" && credential.location === "global");
  assert.match(credential.accessToken?.reveal() ?? "", /^ya29\./);
  assert.ok(bench.simulator.log.some((entry) => entry.path === "/token"));
  const [view] = await bench.oauth.accounts();
  assert.deepEqual([view?.source, view?.email, view?.status], ["vertex", EMAIL, "active"]);
});

Deno.test("Vertex AI lists over its pages, answers whole, streamed and passed through, and counts", async () => {
  await using bench = await oauthBench();
  const credential = await readyOne(bench);
  const upstream = bench.upstreams.get("vertex")!;
  const signal = new AbortController().signal;
  const listed = await upstream.discover(credential, { fetch: bench.ports.fetch, signal, now: 0 });
  assert.ok(listed.ok);
  assert.deepEqual(listed.value.map((model) => model.id), ["gemini-2.5-pro", "gemini-2.5-flash"]);
  const request = { contents: [{ role: "user" as const, parts: [{ text: "Hello" }] }], serviceTier: "flex" };
  const base = { model: "gemini-2.5-pro", request, host: 0, requestId: "r", session: "s" };
  for (const operation of ["generate", "stream", "count_tokens"] as const) {
    const built = upstream.build({ ...base, operation }, credential);
    assert.match(
      built.url,
      /\/v1beta1\/projects\/my-project\/locations\/global\/publishers\/google\/models\/gemini-2\.5-pro:/,
    );
    const response = await fetch(built.url, {
      method: "POST",
      headers: built.headers,
      body: String(built.body),
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.match(text, operation === "count_tokens" ? /totalTokens/ : /Served by vertex/);
  }
  const passed = upstream.passThrough!({
    method: "POST",
    path: "/v1beta/models/gemini-2.5-flash:generateContent",
    query: "",
    headers: {
      "content-type": "application/json",
      "x-goog-api-client": "sdk",
      "authorization": "Bearer client",
    },
    body: new TextEncoder().encode(JSON.stringify({ contents: request.contents })),
  }, credential);
  assert.ok(!JSON.stringify(passed.headers).includes("sdk"));
  const response = await fetch(passed.url, {
    method: "POST",
    headers: passed.headers,
    body: passed.body ?? "",
  });
  const reply: unknown = await response.json();
  assert.ok(isObject(reply) && Array.isArray(reply["candidates"]));
});

Deno.test("Vertex AI's refusals have their classes", async () => {
  await using bench = await oauthBench();
  const upstream = bench.upstreams.get("vertex")!;
  const failureOf = (status: number, error: unknown) =>
    upstream.classifyFailure({ status, body: JSON.stringify({ error }), model: "gemini-2.5-pro", now: 0 });
  const message = "Publisher Model `projects/x/locations/global/publishers/google/models/y` was not found.";
  assert.equal(failureOf(404, { code: 404, status: "NOT_FOUND", message }).class, "model_gone");
  assert.equal(
    failureOf(401, { code: 401, status: "UNAUTHENTICATED", message: "x" }).class,
    "credential_stale",
  );
  const busy = "Resource exhausted. Please try again later.";
  assert.equal(
    failureOf(429, { code: 429, status: "RESOURCE_EXHAUSTED", message: busy }).class,
    "ambiguous_429",
  );
  const info = {
    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
    domain: "googleapis.com",
    metadata: {},
  };
  const off = failureOf(403, {
    code: 403,
    message: "off",
    details: [{ ...info, reason: "SERVICE_DISABLED" }],
  });
  assert.deepEqual([off.class, off.code], ["credential_dead", "api_disabled"]);
  assert.match(off.link ?? "", /aiplatform/);
});

Deno.test("a key that Google does not know retires the service account with a sentence", async () => {
  await using bench = await oauthBench();
  const { text } = await serviceAccount();
  const other = await serviceAccount();
  bench.simulator.control.addServiceAccount(EMAIL, "my-project", other.publicKey);
  const report = await bench.oauth.importFiles({
    text,
    confirmed: false,
    provider: "vertex",
    location: "europe-west4",
  });
  assert.ok(report.ok);
  const credential = await bench.reload(report.value.added[0]!.id);
  const refused = await bench.oauth.ready(credential, false);
  assert.ok(!refused.ok && refused.error.class === "credential_dead");
  assert.match((await bench.reload(credential.id)).dead?.reason ?? "", /service account/);
});

Deno.test("application default credentials of a user are refreshed with their own client", async () => {
  await using bench = await oauthBench();
  const { clientId, clientSecret, control } = bench.simulator;
  const text = JSON.stringify({
    type: "authorized_user",
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: control.issueRefreshToken("ada@example.com"),
    quota_project_id: "charged-project",
  });
  const report = await bench.oauth.importFiles({ text, confirmed: false });
  assert.ok(report.ok, JSON.stringify(report));
  const ready = await bench.oauth.ready(await bench.reload(report.value.added[0]!.id), false);
  assert.ok(ready.ok, JSON.stringify(ready));
  const built = bench.upstreams.get("vertex")!.build({
    operation: "generate",
    model: "gemini-2.5-pro",
    request: { contents: [{ role: "user", parts: [{ text: "Hello" }] }] },
    host: 0,
    requestId: "r",
    session: "s",
  }, ready.value);
  assert.match(built.url, /projects\/charged-project\//);
  assert.equal(built.headers["x-goog-user-project"], "charged-project");
});
