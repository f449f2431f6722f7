import { z } from "zod";
import { err, ok, type Result } from "../core/mod.ts";
import { BOUNDS } from "../http/bounds.ts";
import { parseJson, readBody } from "../http/read_body.ts";
import type { AnyRoute } from "./route.ts";
import type { ErrorFacts } from "./management_error.ts";

export interface Input {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly expected: number | undefined;
}

/** Reads and checks everything an endpoint takes; reports the first error. */
export async function readInput(
  route: AnyRoute,
  request: Request,
  url: URL,
  params: Readonly<Record<string, string>>,
): Promise<Result<Input, ErrorFacts>> {
  const expected = expectedVersion(request);
  if (!expected.ok) return expected;
  const path = check(route.params, params, "");
  if (!path.ok) return path;
  const query = check(route.query, queryOf(url), "");
  if (!query.ok) return query;
  const body = await bodyOf(route, request);
  if (!body.ok) return body;
  return ok({ params: path.value, query: query.value, body: body.value, expected: expected.value });
}

/** Checks input from this process like the parts of a request. */
export function checkInput(
  route: AnyRoute,
  given: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
): Result<Omit<Input, "expected">, ErrorFacts> {
  const params = check(route.params, given.params, "");
  if (!params.ok) return params;
  const query = check(route.query, given.query, "");
  if (!query.ok) return query;
  const body = check(route.body, given.body, "");
  return body.ok ? ok({ params: params.value, query: query.value, body: body.value }) : body;
}

/** The query without `key`, in which clients that cannot send headers put their token. */
function queryOf(url: URL): Record<string, string> {
  const query = Object.fromEntries(url.searchParams);
  return query;
}

async function bodyOf(route: AnyRoute, request: Request): Promise<Result<unknown, ErrorFacts>> {
  if (route.body === undefined) return ok(undefined);
  const bytes = await readBody(request, route.bodyLimit ?? BOUNDS.managementBytes);
  if (!bytes.ok) return err(factsOf(bytes.error));
  if (bytes.value.byteLength === 0 && route.bodyOptional === true) return check(route.body, {}, "");
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type !== "application/json" && !/^application\/[\w.-]+\+json$/.test(type)) {
    return err({
      status: 415,
      code: "unsupported_media_type",
      message: "Send the body as JSON, with the header Content-Type: application/json",
      param: "content-type",
    });
  }
  const json = parseJson(bytes.value);
  return json.ok ? check(route.body, json.value, "") : err(factsOf(json.error));
}

function factsOf({ status, message, code, param }: {
  readonly status: number;
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
}): ErrorFacts {
  return { status, message, code: code ?? "invalid", ...(param === undefined ? {} : { param }) };
}

function check(schema: z.ZodType | undefined, value: unknown, prefix: string): Result<unknown, ErrorFacts> {
  if (schema === undefined) return ok(undefined);
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return err({ status: 400, code: "invalid", ...describeIssue(issue, prefix) });
}

/** The first issue as a sentence that names the field and never repeats its value. */
function describeIssue(
  issue: z.core.$ZodIssue | undefined,
  prefix: string,
): { readonly message: string; readonly param?: string } {
  if (issue === undefined) return { message: "The request is not valid" };
  const path = pathOf(issue.path, prefix);
  if (issue.code === "unrecognized_keys") {
    const name = [path, (issue.keys[0] ?? "").slice(0, 60)].filter((part) => part !== "").join(".");
    return { message: `There is no field ${name}`, param: name };
  }
  if (path === "") return { message: `The body is not valid: ${issue.message}` };
  return { message: `The field ${path} is not valid: ${issue.message}`, param: path };
}

function pathOf(path: readonly PropertyKey[], prefix: string): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${String(part)}`,
    prefix,
  );
}

/** The version of If-Match: the `updatedAt` that the editor saw, with or without quotes; `*` is no condition. */
function expectedVersion(request: Request): Result<number | undefined, ErrorFacts> {
  const header = request.headers.get("if-match");
  if (header === null || header.trim() === "*") return ok(undefined);
  const text = header.trim().replace(/^W\//, "").replaceAll('"', "").slice(0, 40);
  const at = /^\d{1,15}$/.test(text) ? Number(text) : /^\d{4}-/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(at)) return ok(at);
  return err({
    status: 400,
    code: "invalid",
    message: "If-Match must hold the updatedAt that was read",
    param: "if-match",
  });
}
