import assert from "node:assert/strict";
import SwaggerParser from "@apidevtools/swagger-parser";
import { KEY, withApi } from "../support/api_bench.ts";

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly requestBody?: unknown;
  readonly responses: Record<string, unknown>;
}

async function operationsOf(ask: (method: string, path: string) => Promise<Response>) {
  const document = await (await ask("GET", "/api/openapi.json")).json();
  return Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.replace("{provider}", "antigravity").replace(/\{\w+\}/g, "some-thing"),
      operation,
    }))
  );
}

/** Section "Management API" of the public contract. */
const PROMISED = [
  "GET /api/health",
  "GET /api/health/live",
  "GET /api/health/ready",
  "GET /api/keys",
  "GET /api/keys/safe",
  "POST /api/keys",
  "PATCH /api/keys/{id}",
  "DELETE /api/keys/{id}",
  "POST /api/keys/{id}/check",
  "POST /api/keys/check",
  "POST /api/keys/oauth/{provider}",
  "POST /api/keys/oauth-manual",
  "POST /api/keys/import",
  "GET /api/models",
  "POST /api/models",
  "POST /api/refresh-models",
  "GET /api/aliases",
  "PUT /api/aliases/{name}",
  "DELETE /api/aliases/{name}",
  "GET /api/quota-groups",
  "PUT /api/quota-groups/{name}",
  "DELETE /api/quota-groups/{name}",
  "GET /api/stats",
  "GET /api/stats/unified",
  "GET /api/stats/quota-summary",
  "GET /api/stats/caps",
  "POST /api/stats/caps",
  "DELETE /api/stats/caps/{model}",
  "GET /api/stats/caps/progress",
  "GET /api/stats/caps/check/{model}",
  "POST /api/stats/caps/config",
  "GET /api/buckets",
  "GET /api/requests",
  "GET /api/requests/{id}",
  "GET /api/clients",
  "POST /api/clients",
  "DELETE /api/clients/{id}",
  "GET /api/settings",
  "POST /api/settings",
  "GET /api/preferences",
  "POST /api/preferences",
  "GET /api/setup-state",
  "GET /api/agents",
  "POST /api/agents/install",
  "GET /api/export",
  "POST /api/import",
  "GET /api/events",
  "GET /metrics",
];

Deno.test("the OpenAPI document names every promised endpoint, each once", () =>
  withApi(async ({ ask }) => {
    const document = await (await ask("GET", "/api/openapi.json", { token: null })).json();
    assert.equal(document.openapi, "3.1.0");
    const paths: Record<string, Record<string, Operation>> = document.paths;
    const named = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
    );
    for (const promised of PROMISED) assert.ok(named.includes(promised), promised);
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map((one) => one.operationId)
    );
    assert.equal(new Set(ids).size, ids.length);
    for (const reference of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)) {
      assert.ok(document.components[reference[1]!][reference[2]!] !== undefined, reference[0]);
    }
  }));

Deno.test("every endpoint but the open ones wants a token, and the owner's", () =>
  withApi(async ({ ask, client }) => {
    const { token } = await client.addClient({ name: "someone" });
    for (const { method, path, operation } of await operationsOf(ask)) {
      const open = operation.security?.length === 0;
      const none = await ask(method, path, { token: null });
      const wrong = await ask(method, path, { token: "wrong" });
      const theirs = await ask(method, path, { token });
      await Promise.all([none, wrong, theirs].map((response) => response.body?.cancel()));
      const named = `${method} ${path}`;
      if (open) {
        assert.deepEqual([none.status, wrong.status], [200, 200], named);
        continue;
      }
      assert.deepEqual([none.status, wrong.status], [401, 401], named);
      assert.equal(theirs.status, path === "/api/clients/me" ? 200 : 403, named);
    }
  }));

Deno.test("every endpoint with a body refuses other media types, broken JSON, unknown fields and too much", () =>
  withApi(async ({ ask }) => {
    for (const { method, path, operation } of await operationsOf(ask)) {
      if (operation.requestBody === undefined) continue;
      const named = `${method} ${path}`;
      const text = await ask(method, path, { raw: "{}", headers: { "content-type": "text/plain" } });
      const broken = await ask(method, path, { raw: "{", headers: { "content-type": "application/json" } });
      const unknown = await ask(method, path, { body: { "no such field": 1 } });
      const large = await ask(method, path, {
        raw: "{}",
        headers: { "content-type": "application/json", "content-length": "99000000" },
      });
      assert.deepEqual(
        [text.status, broken.status, unknown.status, large.status],
        [415, 400, 400, 413],
        named,
      );
      for (const response of [text, broken, unknown, large]) {
        const { error } = await response.json();
        assert.equal(typeof error.message, "string", named);
      }
    }
  }));

Deno.test("unknown paths are 404, other methods 405, each in the management shape", () =>
  withApi(async ({ ask }) => {
    const unknown = await ask("GET", "/api/nothing");
    assert.equal(unknown.status, 404);
    assert.equal((await unknown.json()).error.type, "not_found_error");
    const method = await ask("PUT", "/api/keys");
    assert.equal(method.status, 405);
    assert.equal(method.headers.get("allow"), "GET, POST, HEAD");
    assert.equal((await method.json()).error.code, "method_not_allowed");
    assert.equal((await ask("DELETE", "/api/health")).headers.get("allow"), "GET, HEAD");
    const head = await ask("HEAD", "/api/health", { token: null });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
  }));

Deno.test("ids of other kinds are 404, and never an error of the server", () =>
  withApi(async ({ ask, client }) => {
    await client.addKeys({ key: KEY, validate: false });
    const [key] = await client.keys();
    const asks: readonly [string, string][] = [
      ["GET", `/api/requests/${key?.id}`],
      ["DELETE", `/api/clients/${key?.id}`],
      ["DELETE", `/api/aliases/${key?.id}`],
      ["DELETE", `/api/quota-groups/${key?.id}`],
      ["DELETE", `/api/stats/caps/${key?.id}`],
      ["DELETE", "/api/keys/client_000000000000000000"],
      ["POST", "/api/keys/req_0000000000000/check"],
      ["DELETE", "/api/keys/%00%ff%2e%2e%2fetc"],
      ["GET", "/api/requests/..%2f..%2f"],
    ];
    for (const [method, path] of asks) {
      const { status } = await ask(method, path);
      assert.ok(status === 404 || status === 400, `${method} ${path}: ${status}`);
    }
  }));

Deno.test("GET /api/docs is one page without script that allows none", () =>
  withApi(async ({ ask }) => {
    const page = await ask("GET", "/api/docs", { token: null });
    assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'; style-src 'self'/);
    const html = await page.text();
    assert.doesNotMatch(html, /<script|style="|https?:\/\/(?!www\.w3)/);
    assert.match(html, /\/api\/keys\/safe/);
    assert.match(
      (await ask("GET", "/api/docs.css", { token: null })).headers.get("content-type") ?? "",
      /text\/css/,
    );
  }));

Deno.test("the OpenAPI document is one to a validator of others, and every reply in it says what it is", () =>
  withApi(async ({ ask }) => {
    const document = await (await ask("GET", "/api/openapi.json")).json();
    await SwaggerParser.validate(structuredClone(document));
    for (const { method, path, operation } of await operationsOf(ask)) {
      const { content } = operation.responses["200"] as { content: Record<string, { schema: unknown }> };
      const [[type, { schema }] = ["", { schema: {} }]] = Object.entries(content);
      assert.ok(type !== "application/json" || Object.keys(schema as object).length > 0, `${method} ${path}`);
    }
  }));
