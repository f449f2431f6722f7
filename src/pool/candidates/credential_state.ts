import {
  type Credential,
  type CredentialId,
  permitsModel,
  type SourceName,
  type Tier,
} from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import { CircuitBreaker, type Cooldown, type Said } from "./cooldown.ts";
import type { Candidate } from "./model_candidates.ts";

export interface CredentialCooldown extends Cooldown {
  /** How many of its kind came in a row: the next is longer. */
  readonly streak: number;
}

/** What is under way on a key or account. It outlives CredentialState: a key that is removed and comes back has its calls still. */
export interface CredentialLoad {
  inFlight: number;
  /** The state that is used for it now. */
  current?: CredentialState;
}

/** One credential as the pool sees it: slots in use, cooldowns, and the buckets it draws from. */
export class CredentialState {
  readonly load: CredentialLoad;
  /** This process's part of the concurrency limit. */
  slots: number;
  lastUsed = 0;
  /** Order of use, finer than time. */
  usedSeq = 0;
  requests = 0;
  errors = 0;
  /** Why Google does not take it any more; known here before the store says so. */
  dead: Said | undefined;
  /** When this process found that out. */
  deadAt = 0;
  /** By scope: `credential` or `model:<model key>`. */
  readonly cooldowns = new Map<string, CredentialCooldown>();
  readonly candidates = new Set<Candidate>();
  readonly buckets = new Map<string, Bucket>();
  /** Its buckets before its project changed: what they knew goes on to the new ones. */
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

  /** The sign-in that it stands for; keys have none. */
  get account(): string | undefined {
    const { credential } = this;
    return "email" in credential ? credential.email : undefined;
  }

  get usable(): boolean {
    return this.credential.enabled && this.dead === undefined;
  }

  /** The store's word on whether it lives. */
  believeStore(): void {
    this.dead = deathOf(this.credential);
  }

  /** Its project changed: buckets are looked up again. */
  leaveBuckets(): void {
    this.former = new Map(this.buckets);
    this.buckets.clear();
  }

  permits(model: string): boolean {
    // Files and cached contents are made for no model.
    return model === "" || permitsModel(this.credential, model);
  }

  /** When its cooldowns for this model end; 0 when there is none. */
  coolingUntil(modelKey: string, now: number): number {
    const endpoint = this.endpoint?.closedUntil(now) ?? 0;
    if (this.cooldowns.size === 0) return endpoint;
    return Math.max(endpoint, this.#until("credential", now), this.#until(`model:${modelKey}`, now));
  }

  /** What rests it for this model: of several the one that lasts longest. */
  cooldownFor(modelKey: string, now: number): CredentialCooldown | undefined {
    const whole = this.cooldowns.get("credential"), one = this.cooldowns.get(`model:${modelKey}`);
    const longest = (whole?.until ?? 0) >= (one?.until ?? 0) ? whole : one;
    return longest !== undefined && longest.until > now ? longest : undefined;
  }

  /** A call of this model was served: what had been guessed of it was wrong, or is over. */
  heal(modelKey: string): boolean {
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
