import type { AdminProblem, Outcome } from "../admin/mod.ts";
import { err, isObject, ok } from "../core/mod.ts";
import { CommandError } from "./command_error.ts";
import type { Door } from "./door.ts";

interface Call {
  readonly method?: string;
  readonly body?: unknown;
}

/** The same use-cases, asked of the running server through its management API. */
export function openRemoteDoor(url: string, token: string): Door {
  const ask = createAsker(url, token);
  const get = <Value>(path: string) => expectValue<Value>(ask(path));
  const put = <Value>(path: string, body: unknown) => ask(path, { method: "PUT", body }) as Reply<Value>;
  const post = <Value>(path: string, body: unknown = {}) =>
    ask(path, { method: "POST", body }) as Reply<Value>;
  const remove = <Value>(path: string) => ask(path, { method: "DELETE" }) as Reply<Value>;
  return {
    keys: () => get("/api/keys/safe"),
    addKeys: (input) => addKeys(post("/api/keys", input)),
    editKey: (id, edit) => ask(`/api/keys/${part(id)}`, { method: "PATCH", body: edit }) as Reply<never>,
    removeKey: (id) => remove(`/api/keys/${part(id)}`),
    checkKey: (id) => post(`/api/keys/${part(id)}/check`),
    checkAllKeys: async () => (await expectValue<{ results: never }>(post("/api/keys/check"))).results,
    aliases: () => get("/api/aliases"),
    putAlias: (name, target) => put(`/api/aliases/${part(name)}`, { target }),
    removeAlias: (name) => remove(`/api/aliases/${part(name)}`),
    quotaGroups: () => get("/api/quota-groups"),
    putQuotaGroup: (name, models) => put(`/api/quota-groups/${part(name)}`, { models }),
    removeQuotaGroup: (name) => remove(`/api/quota-groups/${part(name)}`),
    caps: () => get("/api/stats/caps"),
    putCap: (input) => fieldOf("cap", post("/api/stats/caps", input)),
    setCapSchedule: (change) => post("/api/stats/caps/config", change),
    removeCap: (model) => remove(`/api/stats/caps/${part(model)}`),
    capProgress: () => get("/api/stats/caps/progress"),
    clients: () => get("/api/clients"),
    addClient: (input) => post("/api/clients", input),
    revokeClient: (id) => remove(`/api/clients/${part(id)}`),
    stats: () => get("/api/stats"),
    quotaSummary: () => get("/api/stats/quota-summary"),
    setupState: () => get("/api/setup-state"),
    exportFile: (passphrase) =>
      passphrase === undefined ? ask("/api/export") as Reply<never> : post("/api/export", { passphrase }),
    backUp: () => post("/api/backup", {}),
    importFile: (input) => post("/api/import", input),
    buckets: () => get("/api/buckets"),
    health: () => get("/api/health"),
    models: () => get("/api/models"),
    close: () => Promise.resolve(),
  };
}

type Reply<Value> = Promise<Outcome<Value>>;

function part(text: string): string {
  return encodeURIComponent(text);
}

function createAsker(url: string, token: string) {
  return async (path: string, { method = "GET", body }: Call = {}): Promise<Outcome<unknown>> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new CommandError(`The running server does not answer at ${url}: ${cause}`);
    });
    const reply: unknown = await response.json().catch(() => undefined);
    if (response.ok) return ok(reply);
    return err(problemOf(response.status, reply));
  };
}

function problemOf(status: number, reply: unknown): AdminProblem {
  const error = isObject(reply) && isObject(reply["error"]) ? reply["error"] : {};
  const { message, code, param } = error;
  const refused = status === 401 ? " Is PROXY_API_KEY the one the server was started with?" : "";
  return {
    // The management API answers with these statuses alone.
    status: status as AdminProblem["status"],
    code: typeof code === "string" ? code : "failed",
    message: typeof message === "string" ? message + refused : `The server answered with status ${status}`,
    ...(typeof param === "string" ? { param } : {}),
  };
}

async function expectValue<Value>(reply: Promise<Outcome<unknown>>): Promise<Value> {
  const outcome = await reply;
  if (!outcome.ok) throw new CommandError(outcome.error.message, { code: outcome.error.code });
  // Both sides of the management API are this program's own.
  return outcome.value as Value;
}

/** The part of an answer that the use-case itself gives. */
async function fieldOf<Value>(name: string, reply: Promise<Outcome<unknown>>): Reply<Value> {
  const outcome = await reply;
  if (!outcome.ok) return outcome;
  return ok((outcome.value as Record<string, Value>)[name] as Value);
}

/** One refused key is an answer of its own here, as it is without a server. */
async function addKeys(reply: Promise<Outcome<unknown>>): ReturnType<Door["addKeys"]> {
  const outcome = await reply;
  if (!outcome.ok) return outcome;
  const { results } = outcome.value as { results: readonly Record<string, unknown>[] };
  return ok(results.map((one) => {
    if (one["ok"] === true) return one;
    const problem = { status: 422, code: String(one["code"] ?? "failed"), message: String(one["reason"]) };
    return { ...one, problem };
  })) as Awaited<ReturnType<Door["addKeys"]>>;
}
