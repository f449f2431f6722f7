import { err, type Failure, isObject, ok, type Result } from "../core/mod.ts";
import { callCodeAssist, type CodeAssistService } from "../upstreams/mod.ts";
import { type FindInput, metadataOf } from "./find_input.ts";
import { type LoadedAccount, projectId, tierToJoin } from "./tiers.ts";

/** Between two looks at the operation, in milliseconds. */
const PAUSE = 5_000;
/** Looks before giving up: two minutes. */
const MOST_LOOKS = 24;

/** Refusals that another host may not repeat: the hosts of a service do not know of each other's sign-ups. */
const mayDiffer = ({ class: name, code }: Failure) => name === "invalid_request" || code === "no_project";

/** Signs an account up at one host after another, and follows Google's operation until it names the project. */
export async function onboard(input: FindInput, account: LoadedAccount): Promise<Result<string, Failure>> {
  let first: Result<string, Failure> | undefined;
  for (const host of input.service.hosts) {
    const service = { ...input.service, hosts: [host] };
    const joined = await onboardAt({ ...input, service }, account);
    if (joined.ok) return joined;
    first ??= joined;
    if (!mayDiffer(joined.error) && joined.error.class !== "transport") break;
  }
  return first ?? err(nothingFound(input.service, false));
}

async function onboardAt(input: FindInput, account: LoadedAccount): Promise<Result<string, Failure>> {
  const { service, accessToken, options, ownProject } = input;
  const tierId = tierToJoin(account);
  // With a project of one's own the free tier is refused (412).
  const project = tierId !== "free-tier" && ownProject !== undefined
    ? { cloudaicompanionProject: ownProject }
    : {};
  const body = { tierId, metadata: metadataOf(input), ...project };
  let answer = await callCodeAssist(service, { method: ":onboardUser", body, accessToken }, options);
  for (let look = 0; answer.ok && answer.value["done"] !== true && look < MOST_LOOKS; look++) {
    await input.pause(PAUSE);
    if (options.signal.aborted) break;
    const name = operationName(answer.value["name"]);
    const call = name === undefined
      ? { method: ":onboardUser", body, accessToken }
      : { method: `/${name}`, accessToken };
    const next = await callCodeAssist(service, call, options);
    // An operation that Google has lost is begun once more by the next look.
    answer = !next.ok && name !== undefined && next.error.status === 404 ? { ok: true, value: {} } : next;
  }
  if (!answer.ok) return answer;
  const response = answer.value["response"];
  const found = isObject(response) ? projectId(response["cloudaicompanionProject"]) : undefined;
  return found === undefined ? err(nothingFound(service, answer.value["done"] === true)) : ok(found);
}

/** Goes into a path, so only a name of the usual form is taken. */
function operationName(name: unknown): string | undefined {
  return typeof name === "string" && /^operations\/[\w.~-]{1,200}$/.test(name) ? name : undefined;
}

function nothingFound({ source }: CodeAssistService, done: boolean): Failure {
  return {
    class: done ? "credential_dead" : "overloaded",
    status: done ? 403 : 503,
    source,
    scope: done ? "credential" : "request",
    code: "no_project",
    message: done
      ? "Google gave this account no project; sign in once with Google's own program, then check the account again."
      : "Google is still setting this account up; check the account again in a few minutes.",
  };
}
