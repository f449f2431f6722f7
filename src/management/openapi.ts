import { z } from "zod";
import type { JsonObject } from "../core/mod.ts";
import type { AnyRoute } from "./route.ts";
import { routes } from "./routes.ts";

type JsonSchema = Record<string, unknown>;

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: "The request is not valid; error.param names the field",
  401: "The token is missing or wrong",
  403: "This token may not do that",
  404: "There is no such thing",
  409: "It is there already, is ambiguous, or was changed meanwhile",
  413: "The body is too large",
  415: "The body is not JSON",
  422: "A value cannot be used; error.param names the field",
  429: "Too many wrong tokens: wait",
  502: "Google could not be reached",
  503: "Not available now",
  507: "The disk is full or read-only: nothing was changed",
};

/** The OpenAPI 3.1 document of these endpoints, made from the schemas that check their requests. */
export function openApiDocument(version: string): JsonObject {
  const all: readonly AnyRoute[] = Object.values(routes);
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of all) {
    (paths[route.path] ??= {})[route.method] = operation(route);
  }
  const document: Record<string, unknown> = {
    openapi: "3.1.0",
    info: {
      title: "GemiNitro management API",
      version,
      description:
        "Manages the proxy. Every answer is free of secrets. Times are ISO 8601; queries take epoch milliseconds as well.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }],
    tags: [...new Set(all.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer", description: "PROXY_API_KEY" } },
      schemas: { Error: errorSchema() },
      responses: Object.fromEntries(
        Object.entries(STATUS_TEXT).map(([status, description]) => [`E${status}`, {
          description,
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        }]),
      ),
    },
  };
  // Made of schemas that are JSON.
  return document as JsonObject;
}

function operation(route: AnyRoute): Record<string, unknown> {
  const { id, tag, summary, body, access } = route;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(access === "open" ? { security: [] } : {}),
    parameters: [...parameters(route.params, "path"), ...parameters(route.query, "query")],
    ...(body === undefined ? {} : {
      requestBody: {
        required: route.bodyOptional !== true,
        content: { "application/json": { schema: schemaOf(body, "input") } },
      },
    }),
    responses: {
      200: success(route),
      ...Object.fromEntries(
        errorsOf(route).map((status) => [status, { $ref: `#/components/responses/E${status}` }]),
      ),
    },
  };
}

function success({ reply, produces }: AnyRoute): Record<string, unknown> {
  if (produces !== undefined) {
    return { description: "Success", content: { [produces]: { schema: { type: "string" } } } };
  }
  const schema = reply === undefined ? {} : schemaOf(reply, "input");
  return { description: "Success", content: { "application/json": { schema } } };
}

function errorsOf({ access, body, params, query, errors = [] }: AnyRoute): number[] {
  const usual = access === "open" ? [] : access === "client" ? [401, 429] : [401, 403, 429];
  const read = body !== undefined
    ? [400, 413, 415]
    : params !== undefined || query !== undefined
    ? [400]
    : [];
  return [...new Set([...usual, ...read, ...errors])].sort();
}

function parameters(schema: z.ZodType | undefined, place: "path" | "query"): Record<string, unknown>[] {
  if (schema === undefined) return [];
  const { properties, required } = schemaOf(schema, "input");
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties as Record<string, JsonSchema> ?? {}).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: place,
      required: place === "path" || needed.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return json;
}

function errorSchema(): JsonSchema {
  return schemaOf(
    z.object({
      error: z.object({
        message: z.string(),
        type: z.string(),
        code: z.string(),
        param: z.string().nullable(),
      }),
    }),
    "output",
  );
}
