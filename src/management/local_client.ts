import { ApiError, type LocalClient, valueIn } from "./client.ts";
import type { ApiContext } from "./handlers/handler.ts";
import { PATHS } from "./paths.ts";
import { checkInput } from "./read_input.ts";
import { everyRoute, type ServedRoute, wireOf } from "./server.ts";

/**
 * The client's functions, served in this process by the handlers, with the owner's rights: for pages that are
 * rendered here, and for the command line while no server runs.
 */
export function createLocalClient(context: Omit<ApiContext, "request" | "expected">): LocalClient {
  const functions = everyRoute().map((served) => [served.route.id, functionOf(context, served)]);
  return Object.fromEntries(functions) as LocalClient;
}

function functionOf(base: Omit<ApiContext, "request" | "expected">, { route, handle }: ServedRoute) {
  const names = [...PATHS[route.id].matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const sendsBody = route.method !== "get" && route.method !== "delete";
  return async (...given: unknown[]): Promise<unknown> => {
    const params = Object.fromEntries(names.map((name, index) => [name, String(given[index])]));
    const [input, expected] = given.slice(names.length);
    const checked = checkInput(route, {
      params,
      query: sendsBody ? {} : definedOnly(input),
      body: sendsBody ? input ?? {} : undefined,
    });
    if (!checked.ok) throw errorOf(checked.error);
    const request = new Request("http://localhost/", { headers: { authorization: "local" } });
    const context = { ...base, request, expected: typeof expected === "number" ? expected : undefined };
    const answer = await handle(context, checked.value);
    if (answer instanceof Response) return await valueIn(answer);
    if (!answer.ok) throw errorOf(answer.error);
    return wireOf(route, answer.value) ?? answer.value;
  };
}

/** Drops undefined fields, as a query or a JSON body would. */
function definedOnly(input: unknown): unknown {
  return Object.fromEntries(Object.entries(input ?? {}).filter(([, value]) => value !== undefined));
}

function errorOf(
  { status, code, message, param }: {
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly param?: string;
  },
): ApiError {
  return new ApiError(status, code, message, param);
}
