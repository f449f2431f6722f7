import {
  type Credential,
  type CredentialId,
  isOfType,
  permitsModel,
  type SourceName,
  type Tier,
} from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import { CircuitBreaker, type Cooldown, type Said } from "./cooldown.ts";
import type { Candidate } from "./model_candidates.ts";

export interface CredentialCooldown extends Cooldown {
  /** Number of consecutive ones of its kind: the next is longer. */
  readonly streak: number;
}

/**
 * Calls in flight on a key or account. Outlives CredentialState: a key that is removed and restored still has
 * its calls.
 */
export interface CredentialLoad {
  inFlight: number;
  /** Its current state. */
  current?: CredentialState;
}

/** One credential as the pool sees it: slots in use, cooldowns, and the buckets it draws from. */
export class CredentialState {
  readonly load: CredentialLoad;
  /** This process's share of the concurrency limit. */
  slots: number;
  lastUsed = 0;
  /** Order of use, finer than time. */
  usedSeq = 0;
  requests = 0;
  errors = 0;
  /** Why Google no longer accepts it; known here before it is stored. */
  dead: Said | undefined;
  /** When this process learned that, in epoch milliseconds. */
  deadAt = 0;
  /** By scope: `credential` or `model:<model key>`. */
  readonly cooldowns = new Map<string, CredentialCooldown>();
  readonly candidates = new Set<Candidate>();
  readonly buckets = new Map<string, Bucket>();
  /** Its buckets before its project changed: their knowledge is passed on to the new ones. */
  former: ReadonlyMap<string, Bucket> = new Map();
  /** Only for a credential with an outbound proxy of its own. */
  readonly endpoint: CircuitBreaker | undefined;

  constructor(
    public credential: Credential,
    public order: number,
    slots: number,
    load: CredentialLoad = { inFlight: 0 },
  ) {
    this.load = load;
    load.current = this;
    this.slots = slots;
    this.dead = deathOf(credential);
    this.endpoint = credential.proxy === undefined ? undefined : new CircuitBreaker();
  }

  get inFlight(): number {
    return this.load.inFlight;
  }

  get id(): CredentialId {
    return this.credential.id;
  }

  get source(): SourceName {
    return this.credential.source;
  }

  get tier(): Tier {
    return this.credential.tier;
  }

  /** The account of its sign-in; keys have none. */
  get account(): string | undefined {
    const { credential } = this;
    return "email" in credential ? credential.email : undefined;
  }

  get usable(): boolean {
    return this.credential.enabled && this.dead === undefined;
  }

  /** Takes over from the stored credential whether it is dead. */
  believeStore(): void {
    this.dead = deathOf(this.credential);
  }

  /** Its project changed: looks its buckets up again. */
  leaveBuckets(): void {
    this.former = new Map([...this.former, ...this.buckets]);
    this.buckets.clear();
  }

  permits(model: string): boolean {
    // Files and cached contents belong to no model.
    return model === "" || permitsModel(this.credential, model);
  }

  /** The end of its cooldowns for this model; 0 without any. */
  coolingUntil(modelKey: string, now: number): number {
    const endpoint = this.endpoint?.closedUntil(now) ?? 0;
    if (this.cooldowns.size === 0) return endpoint;
    return Math.max(endpoint, this.#until("credential", now), this.#until(`model:${modelKey}`, now));
  }

  /** Its cooldown for this model: of several the longest. */
  cooldownFor(modelKey: string, now: number): CredentialCooldown | undefined {
    const whole = this.cooldowns.get("credential"), one = this.cooldowns.get(`model:${modelKey}`);
    const longest = (whole?.until ?? 0) >= (one?.until ?? 0) ? whole : one;
    return longest !== undefined && longest.until > now ? longest : undefined;
  }

  /** Ends guessed cooldowns after a call of this model was served. */
  endGuesses(modelKey: string): boolean {
    let healed = false;
    for (const scope of this.cooldowns.size === 0 ? [] : ["credential", `model:${modelKey}`]) {
      healed = this.cooldowns.delete(scope) || healed;
    }
    return healed;
  }

  #until(scope: string, now: number): number {
    const cooldown = this.cooldowns.get(scope);
    return cooldown !== undefined && cooldown.until > now ? cooldown.until : 0;
  }
}

function deathOf({ dead }: Credential): Said | undefined {
  if (dead === undefined) return undefined;
  const { class: name, reason, status = 401, code, link } = dead;
  return {
    class: name,
    status,
    message: reason,
    ...(code === undefined ? {} : { code }),
    ...(link === undefined ? {} : { link }),
  };
}

/** True when another API key has replaced the one known under this id: earlier findings no longer apply. */
export function isReplaced(known: CredentialState, credential: Credential): boolean {
  return holderOf(known.credential) !== holderOf(credential);
}

/** The holder of a credential's limits: the key itself, under any id. */
export function holderOf(credential: Credential): string {
  return isOfType(credential, "api_key") ? credential.key.reveal() : credential.id;
}
