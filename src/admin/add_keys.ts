import {
  type ApiKeyCredential,
  type Credential,
  type CredentialId,
  type Failure,
  isOfType,
  ok,
  type Result,
  Secret,
  type Tier,
} from "../core/mod.ts";
import {
  type AdminDeps,
  type AdminProblem,
  fromFailure,
  fromStore,
  type Outcome,
  refuse,
} from "./admin_deps.ts";
import { keysAmong, keysIn, MOST_KEYS } from "./import_plan.ts";
import type { DiscoveredModel } from "../upstreams/mod.ts";

export interface AddKeysInput {
  /** Exactly one of the three. */
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly text?: string;
  readonly label?: string;
  readonly tags?: readonly string[];
  readonly project?: string;
  readonly tier?: Tier;
  readonly proxy?: string;
  /** Ask Google about each key before it is kept. Default true. */
  readonly validate?: boolean;
}

export type AddedKey =
  | {
    readonly ok: true;
    readonly id: CredentialId;
    readonly tail: string;
    readonly models: readonly string[];
  }
  | { readonly ok: false; readonly tail: string; readonly reason: string; readonly problem: AdminProblem };

export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Keys checked at the same time: Google's list of models is not limited tightly, but it is limited. */
const WIDTH = 6;
/** Keys stored at the same time when Google is not asked: the store writes those that wait together. */
const STORE_WIDTH = 40;

/** Adds keys, one by one: a refused key does not stop the rest. */
export async function addKeys(
  deps: AdminDeps,
  input: AddKeysInput,
  onProgress: (progress: Progress, last: AddedKey) => void = () => {},
): Promise<Outcome<readonly AddedKey[]>> {
  const keys = listOf(input);
  if (keys.length === 0) return refuse(400, "invalid", "No key was given: send key, keys or text", "key");
  if (keys.length > MOST_KEYS) {
    return refuse(413, "too_many", `At most ${MOST_KEYS} keys can be added at once`, "keys");
  }
  const { credentials } = await deps.store.config.refresh();
  const known = secretsOf(credentials);
  // ROTATION_MODE=sequential uses keys in the order in which they were added, so each gets a time one
  // millisecond later than the one before.
  const from = Math.max(deps.ports.clock.now(), (credentials.at(-1)?.createdAt ?? 0) + 1);
  let done = 0;
  const places = keys.map((key, index) => ({ key, createdAt: from + index }));
  const width = input.validate === false ? STORE_WIDTH : WIDTH;
  const added = await inParallel(places, width, async ({ key, createdAt }) => {
    const result = await addOne(deps, { ...input, createdAt }, key, known);
    onProgress({ done: ++done, total: keys.length }, result);
    return result;
  });
  return ok(added);
}

function listOf({ key, keys, text }: AddKeysInput): string[] {
  const given = key !== undefined ? [key] : keys ?? pasted(text ?? "");
  return given.map((one) => one.trim()).filter((one) => one !== "");
}

/**
 * Words of a text that do not look like keys are still tried and reported one by one, up to this many; a text
 * with more of them is prose.
 */
const MOST_STRAY = 20;

function pasted(text: string): readonly string[] {
  const { keys } = keysAmong(text);
  if (keys.length > 0) return keys;
  const words = keysIn(text);
  return words.length <= MOST_STRAY ? words : [];
}

/** Secrets of the stored keys, so that a duplicate is reported without asking Google. */
function secretsOf(credentials: readonly Credential[]): Map<string, string> {
  return new Map(
    credentials.flatMap((one) => isOfType(one, "api_key") ? [[one.key.reveal(), one.id] as const] : []),
  );
}

async function addOne(
  deps: AdminDeps,
  input: AddKeysInput & { readonly createdAt: number },
  key: string,
  known: Map<string, string>,
): Promise<AddedKey> {
  const tail = new Secret(key).tail;
  const failed = ({ error }: { readonly error: AdminProblem }): AddedKey => ({
    ok: false,
    tail,
    reason: error.message,
    problem: error,
  });
  const there = known.get(key);
  if (there !== undefined) return failed(refuse(409, "duplicate", `This key is already there (${tail})`));
  known.set(key, "new");
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return failed(
      refuse(422, "invalid", "This is not an API key: it has spaces or foreign characters", "key"),
    );
  }
  const checked = input.validate === false ? ok([]) : await discoverModels(deps, candidate(deps, key));
  if (!checked.ok) return failed(fromFailure(checked.error));
  const models = { at: deps.ports.clock.now(), models: checked.value };
  const draft = draftOf(input, key);
  const stored =
    await (input.validate === false
      ? deps.store.credentials.add(draft)
      : deps.store.credentials.add(draft, models));
  if (!stored.ok) return failed(fromStore(stored.error, "key"));
  return { ok: true, id: stored.value.id, tail, models: checked.value.map((model) => model.id) };
}

function draftOf(input: AddKeysInput & { readonly createdAt: number }, key: string) {
  return {
    createdAt: input.createdAt,
    source: "api_key" as const,
    key,
    ...(input.label === undefined ? {} : { label: input.label }),
    ...(input.tags === undefined ? {} : { tags: input.tags }),
    ...(input.project === undefined ? {} : { project: input.project }),
    ...(input.tier === undefined ? {} : { tier: input.tier }),
    ...(input.proxy === undefined ? {} : { proxy: input.proxy }),
  };
}

/** Makes a credential of a key, without storing it. */
function candidate({ ports }: AdminDeps, key: string): ApiKeyCredential {
  const now = ports.clock.now();
  return {
    id: ports.newId("cred_") as CredentialId,
    source: "api_key",
    key: new Secret(key),
    label: "",
    tail: "",
    tier: "free",
    enabled: true,
    priority: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** Longest wait for a source's list of models, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** Asks Google which models a credential has, which is also the check that it works. */
export async function discoverModels(
  deps: AdminDeps,
  credential: Credential,
): Promise<Result<readonly DiscoveredModel[], Failure>> {
  const upstream = deps.upstreams.get(credential.source);
  if (upstream === undefined) return { ok: false, error: noUpstream(credential) };
  const stop = new AbortController();
  const cancel = deps.ports.clock.after(TIMEOUT_MS, () => stop.abort());
  try {
    const ready = deps.ready === undefined ? undefined : await deps.ready(credential, false, { check: true });
    if (ready?.ok === false) return ready;
    return await upstream.discover(ready?.value ?? credential, {
      fetch: deps.fetchFor?.(credential) ?? deps.ports.fetch,
      signal: stop.signal,
      now: deps.ports.clock.now(),
    });
  } catch {
    return { ok: false, error: unreachable(credential) };
  } finally {
    cancel();
  }
}

/** Stores the discovered models. */
export async function keepModels(
  deps: AdminDeps,
  credential: Credential,
  models: readonly DiscoveredModel[],
): Promise<void> {
  const at = deps.ports.clock.now();
  await deps.store.modelLists.put({ credential: credential.id, source: credential.source, at, models });
}

function noUpstream({ source }: Credential): Failure {
  return {
    class: "misconfigured",
    status: 503,
    message: `The source ${source} is not switched on`,
    scope: "request",
  };
}

function unreachable({ source }: Credential): Failure {
  return {
    class: "transport",
    status: 502,
    message: "Google could not be reached to check this key: try again, or add it without the check",
    scope: "request",
    source,
  };
}

/** Runs `work` over all items, at most `width` at a time; results are in the items' order. */
export async function inParallel<Item, Answer>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = new Array(items.length);
  let next = 0;
  async function worker(): Promise<void> {
    for (let index = next++; index < items.length; index = next++) {
      answers[index] = await work(items[index] as Item, index);
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return answers;
}
