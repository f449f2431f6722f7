import assert from "node:assert/strict";
import fc from "fast-check";
import { KEY, withApi } from "../support/api_bench.ts";

/** 20,000 for the long run. */
const RUNS = Number(Deno.env.get("GEMINITRO_FUZZ_RUNS") ?? 300);

type Schema = Record<string, unknown>;

/** Values that fit a JSON Schema, mixed with some that do not. */
function valueOf(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      "",
      0,
      -1,
      1e308,
      "\u0000",
      "../..",
      "\ud800",
      "🔑",
      true,
      [],
      {},
      "x".repeat(5_000),
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );
  return fc.oneof({ weight: 6, arbitrary: fitting(schema, depth) }, { weight: 1, arbitrary: odd });
}

function fitting(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return fc.oneof(...choices.map((one) => valueOf(one, depth + 1)));
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"]);
  if ("const" in schema) return fc.constant(schema["const"]);
  switch (schema["type"]) {
    case "string":
      return fc.oneof(
        fc.string({ maxLength: 30 }),
        fc.constantFrom("gemini-2.5-pro", KEY, "04:00", "UTC", "daily"),
      );
    case "integer":
    case "number":
      return fc.oneof(fc.integer({ min: -2, max: 5_000 }), fc.double(), fc.constant(Number.MAX_SAFE_INTEGER));
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(valueOf(schema["items"] as Schema ?? {}, depth + 1), { maxLength: 4 });
    case "object":
      return objectOf(schema, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const properties = Object.entries(schema["properties"] as Record<string, Schema> ?? {});
  if (properties.length === 0) {
    return fc.dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  }
  const required = new Set(schema["required"] as string[] ?? []);
  const record = Object.fromEntries(
    properties.map(([name, property]) => [name, valueOf(property, depth + 1)]),
  );
  return fc.record(record, { requiredKeys: Object.keys(record).filter((name) => required.has(name)) });
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

// deno-lint-ignore no-explicit-any -- an OpenAPI document is data of open shape
function requestsOf(document: any): fc.Arbitrary<Ask> {
  const all = Object.entries<Record<string, Schema>>(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestOf(method, path, operation))
  );
  return fc.oneof(...all);
}

function requestOf(method: string, path: string, operation: Schema): fc.Arbitrary<Ask> {
  const parameters = operation["parameters"] as { name: string; in: string; schema: Schema }[];
  const inPath = parameters.filter((one) => one.in === "path").map((one) =>
    [one.name, valueOf(one.schema)] as const
  );
  const inQuery = parameters.filter((one) => one.in === "query").map((one) =>
    [one.name, valueOf(one.schema)] as const
  );
  // deno-lint-ignore no-explicit-any -- as above
  const body = (operation as any).requestBody?.content["application/json"].schema as Schema | undefined;
  return fc.record({
    path: fc.record(Object.fromEntries(inPath)).map((values) =>
      path.replace(
        /\{(\w+)\}/g,
        (_, name) => encodeURIComponent(wellFormed(String(values[name]))).slice(0, 800) || "x",
      )
    ),
    query: fc.record(Object.fromEntries(inQuery), { requiredKeys: [] }),
    body: body === undefined ? fc.constant(undefined) : valueOf(body),
    method: fc.constant(method.toUpperCase()),
  });
}

// deno-lint-ignore no-explicit-any -- as above
function operationAt(document: any, method: string, path: string): { responses: Record<string, unknown> } {
  const fits = (template: string) => {
    const [a, b] = [template.split("/"), path.split("/")];
    return a.length === b.length && a.every((part, index) => part.startsWith("{") || part === b[index]);
  };
  // Fixed parts count before parameters.
  const found = Object.keys(document.paths).filter(fits).sort((a, b) =>
    a.split("{").length - b.split("{").length
  );
  const template = found.find((one) => method.toLowerCase() in document.paths[one]);
  return template === undefined ? { responses: { 405: {} } } : document.paths[template][method.toLowerCase()];
}

/** Addresses cannot hold half of a surrogate pair. */
function wellFormed(text: string): string {
  return text.toWellFormed();
}

Deno.test("no request that the document allows, or nearly allows, is an error of the server", () =>
  withApi(async ({ ask, proxy }) => {
    const document = await (await ask("GET", "/api/openapi.json")).json();
    const problems: string[] = [];
    await fc.assert(
      fc.asyncProperty(requestsOf(document), async ({ method, path, query, body }) => {
        const pairs = Object.entries(query).map(([name, value]) => [name, wellFormed(String(value))]);
        const text = pairs.length === 0 ? "" : `?${new URLSearchParams(pairs)}`;
        const response = await ask(method, path + text, body === undefined ? {} : { body });
        if (response.headers.get("content-type") === "text/event-stream") {
          await response.body?.cancel();
          return;
        }
        const reply = await response.text();
        if (response.status >= 500 && ![502, 503].includes(response.status)) {
          problems.push(`${method} ${path}: ${reply}`);
        }
        assert.ok(
          operationAt(document, method, path).responses[response.status] !== undefined,
          `${method} ${path}${text} answers ${response.status}, which the document does not tell: ${reply}`,
        );
        assert.ok(
          response.status < 500 || [502, 503].includes(response.status),
          `${method} ${path}${text} ${response.status}`,
        );
        if (response.status >= 400) assert.equal(typeof JSON.parse(reply).error.message, "string");
      }),
      { numRuns: RUNS, seed: 7, endOnFailure: true },
    );
    assert.deepEqual(problems, []);
    assert.equal(proxy.services.ledger.listeners(), 0);
  }));
