import { type Credential, deathOf, type Failure, ok } from "../core/mod.ts";
import { discoverModels, inParallel, keepModels, type Progress } from "./add_keys.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";
import { findKey } from "./list_keys.ts";

export interface CheckedKey {
  readonly id: string;
  readonly tail: string;
  readonly ok: boolean;
  readonly models: readonly string[];
  readonly reason?: string;
  readonly class?: Failure["class"];
}

const WIDTH = 6;

/**
 * Checks one key with Google now: a key that works loses its cooldowns and its dead mark, one that Google
 * refuses is retired.
 */
export async function checkKey(deps: AdminDeps, idOrFragment: string): Promise<Outcome<CheckedKey>> {
  const found = await findKey(deps, idOrFragment);
  return found.ok ? ok(await checkOne(deps, found.value)) : found;
}

/** Checks every key; reports progress after each. */
export async function checkAllKeys(
  deps: AdminDeps,
  onProgress: (progress: Progress, last: CheckedKey) => void = () => {},
): Promise<readonly CheckedKey[]> {
  const credentials = await deps.store.credentials.list();
  let done = 0;
  return await inParallel(credentials, WIDTH, async (credential) => {
    const checked = await checkOne(deps, credential);
    onProgress({ done: ++done, total: credentials.length }, checked);
    return checked;
  });
}

/**
 * Checks one key with Google; if it works again, also checks the keys of the same project or account that died
 * with it.
 */
async function checkOne(deps: AdminDeps, credential: Credential, siblings = true): Promise<CheckedKey> {
  const { id, tail } = credential;
  const asked = deps.ports.clock.now();
  const models = await discoverModels(deps, credential);
  if (!models.ok) {
    const { error } = models;
    if (error.class === "credential_dead") await retireKey(deps, id, { ...error, at: asked });
    return { id, tail, ok: false, models: [], reason: error.message, class: error.class };
  }
  await keepModels(deps, credential, models.value);
  await reviveKey(deps, id, asked);
  if (siblings && credential.dead !== undefined) {
    const others = (await deps.store.credentials.list()).filter((one) => diedWith(one, credential));
    await inParallel(others, WIDTH, (other) => checkOne(deps, other, false));
  }
  return { id, tail, ok: true, models: models.value.map((model) => model.id) };
}

/** True when `other` is a key of the same project or account that Google refused with the same message. */
function diedWith(one: Credential, other: Credential): boolean {
  if (one.id === other.id || one.source !== other.source) return false;
  if (
    one.dead === undefined || one.dead.code !== other.dead?.code || one.dead.reason !== other.dead?.reason
  ) {
    return false;
  }
  const sameProject = one.project !== undefined && one.project === other.project;
  return sameProject || ("email" in one && "email" in other && one.email === other.email);
}

/**
 * The result of a check. Writes for one key run one after the other; of two findings the one counts for which
 * Google was asked later.
 */
interface Finding {
  readonly turn: Promise<unknown>;
  readonly workedAt: number;
}

const FINDINGS = new WeakMap<AdminDeps, Map<string, Finding>>();

function inTurn<Value>(
  deps: AdminDeps,
  id: Credential["id"],
  write: (workedAt: number) => Promise<Value>,
  workedAt = -Infinity,
): Promise<Value> {
  const findings = FINDINGS.get(deps) ?? new Map<string, Finding>();
  FINDINGS.set(deps, findings);
  const before = findings.get(id);
  const known = Math.max(workedAt, before?.workedAt ?? -Infinity);
  const turn = (before?.turn ?? Promise.resolve()).then(() => write(known));
  findings.set(id, { turn: turn.catch(() => {}), workedAt: known });
  return turn;
}

/** Removes the dead mark and the cooldowns of a key that Google accepts; no older finding restores them. */
export async function reviveKey(deps: AdminDeps, id: Credential["id"], asked: number): Promise<void> {
  await inTurn(deps, id, async () => {
    const credential = await deps.store.credentials.get(id);
    if (credential?.dead !== undefined) await deps.store.credentials.update(id, { dead: null });
  }, asked);
  deps.pool.lift(id);
}

/**
 * Marks a key as refused by Google, unless it is marked already (the first reason stays) or a later check has
 * succeeded.
 */
export function retireKey(
  deps: AdminDeps,
  id: Credential["id"],
  cause: Pick<Failure, "message" | "code" | "status" | "link"> & { readonly at?: number },
): Promise<void> {
  const at = cause.at ?? deps.ports.clock.now();
  return inTurn(deps, id, async (workedAt) => {
    if (workedAt >= at) return;
    const credential = await deps.store.credentials.get(id);
    if (credential === undefined || credential.dead !== undefined) return;
    const { message } = cause;
    await deps.store.credentials.update(id, { dead: deathOf(cause, at) });
    const name = credential.label || credential.tail;
    deps.ledger.log("warn", "key", `Google does not take the key ${name} any more: ${message}`);
    await deps.ledger.alert({
      type: "key-dead",
      subject: id,
      message: `The key ${name} is dead: ${message}`,
      data: { id, name },
    });
  });
}

/** Lifts the cooldowns of a key, or of one of its scopes. */
export async function liftCooldown(
  deps: AdminDeps,
  idOrFragment: string,
  scope?: string,
): Promise<Outcome<{ readonly id: string }>> {
  const found = await findKey(deps, idOrFragment);
  if (!found.ok) return found;
  if (found.value.dead !== undefined) {
    return refuse(409, "dead", "Google does not take this key: check it, or replace it");
  }
  deps.pool.lift(found.value.id, scope);
  return ok({ id: found.value.id });
}
