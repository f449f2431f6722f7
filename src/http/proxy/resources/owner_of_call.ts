import { type Credential, err, type Failure, ok, type Result } from "../../../core/mod.ts";
import type { ClientIdentity } from "../../auth.ts";
import type { Reference } from "./names.ts";
import { notFound, oneOwner, type Owner, ownerProblem, type ResourceRegistry } from "./registry.ts";

/** Asks each project once whether it has a resource; returns the key that has it. */
export type AskProjects = (name: string) => Promise<Credential | undefined>;

/** A name that was not found is not looked for again in this time, in milliseconds. */
const MISSED_MS = 60_000;
const MOST_MISSED = 5_000;
/** More names than any client has reason to put into one request. */
const MOST_NAMES = 200;

/**
 * Finds the one owner of all that a call names. A name of another client is "not found"; an unknown one is
 * looked for once in each project, only for the owner, as other clients have no resources made elsewhere.
 */
export class OwnerFinder {
  readonly #registry: ResourceRegistry;
  readonly #now: () => number;
  readonly #missed = new Map<string, number>();
  readonly #asking = new Map<string, Promise<Credential | undefined>>();

  constructor(registry: ResourceRegistry, now: () => number) {
    this.#registry = registry;
    this.#now = now;
  }

  async find(
    references: readonly Reference[],
    client: ClientIdentity,
    ask: AskProjects,
  ): Promise<Result<Owner | undefined, Failure>> {
    const owners: Owner[] = [];
    for (const { name, sure } of references.slice(0, MOST_NAMES)) {
      let found = await this.#registry.find(name, client);
      if (found === "unknown" && sure && client.owner && await this.#discover(name, client, ask)) {
        found = await this.#registry.find(name, client);
      }
      if (typeof found === "object") owners.push(found);
      else if (sure || found === "foreign") return err(notFound(name));
    }
    const one = oneOwner(owners);
    if (!one.ok || one.value === undefined) return one;
    return one.value.usable.length > 0 ? one : err(ownerProblem(this.#registry, one.value));
  }

  /** Forgets that a name was missing, as it has just been created. */
  seen(name: string): void {
    this.#missed.delete(name);
  }

  async #discover(name: string, client: ClientIdentity, ask: AskProjects): Promise<boolean> {
    if (name.startsWith("upload/") || name.startsWith("auth_tokens/")) return false;
    if ((this.#missed.get(name) ?? -Infinity) > this.#now() - MISSED_MS) return false;
    const asking = this.#asking.get(name) ?? ask(name);
    this.#asking.set(name, asking);
    try {
      const credential = await asking;
      if (credential !== undefined) {
        await this.#registry.remember(name, credential.id, client.id);
        return true;
      }
    } finally {
      this.#asking.delete(name);
    }
    if (this.#missed.size >= MOST_MISSED) this.#missed.clear();
    this.#missed.set(name, this.#now());
    return false;
  }
}

/** The result for a call that names no resource. */
export const NO_OWNER: Result<undefined, Failure> = ok(undefined);

const AT_ONCE = 6;

/** The first key for which `has` is true, a few asked at a time. */
export async function firstWith(
  keys: readonly Credential[],
  has: (credential: Credential) => Promise<boolean>,
): Promise<Credential | undefined> {
  const left = [...keys];
  let found: Credential | undefined;
  const ask = async (): Promise<void> => {
    for (let credential = left.shift(); credential !== undefined; credential = left.shift()) {
      if (found !== undefined) return;
      if (await has(credential)) found ??= credential;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return found;
}
