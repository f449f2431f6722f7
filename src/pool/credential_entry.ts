import { type Credential, type CredentialId, permitsModel, type SourceName, type Tier } from "../core/mod.ts";
import type { Bucket } from "./bucket.ts";
import { type Cooldown, EndpointHealth } from "./cooldown.ts";
import type { LaneNode } from "./lane.ts";

export interface EntryCooldown extends Cooldown {
  readonly streak: number;
}

/** One credential as the pool sees it: slots in use, cooldowns, and the buckets it draws from. */
export class CredentialEntry {
  inFlight = 0;
  /** This process's part of the concurrency limit. */
  slots: number;
  lastUsed = 0;
  /** Order of use, finer than time. */
  usedSeq = 0;
  requests = 0;
  errors = 0;
  /** Known dead here at once, before the store says so. */
  dead: boolean;
  /** What Google said when it died here, before the store says so. */
  deadBecause: string | undefined;
  /** By scope: `credential` or `model:<id>`. */
  readonly cooldowns = new Map<string, EntryCooldown>();
  /** Models for which its last failure was a used-up limit: it is fit again as soon as its bucket is. */
  readonly limited = new Set<string>();
  readonly nodes = new Set<LaneNode>();
  readonly buckets = new Map<string, Bucket>();
  /** Its buckets before its project changed: what they knew goes on to the new ones. */
  former: ReadonlyMap<string, Bucket> = new Map();
  /** Only for a credential with an outbound proxy of its own. */
  readonly endpoint: EndpointHealth | undefined;

  constructor(public credential: Credential, public order: number, slots: number) {
    this.slots = slots;
    this.dead = credential.dead !== undefined;
    this.endpoint = credential.proxy === undefined ? undefined : new EndpointHealth();
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

  get usable(): boolean {
    return this.credential.enabled && !this.dead;
  }

  /** Its project changed: buckets are looked up anew. */
  leaveBuckets(): void {
    this.former = new Map(this.buckets);
    this.buckets.clear();
  }

  permits(model: string): boolean {
    return permitsModel(this.credential, model);
  }

  /** When its cooldowns for this model end; 0 when there is none. */
  coolingUntil(model: string, now: number): number {
    const endpoint = this.endpoint?.closedUntil(now) ?? 0;
    if (this.cooldowns.size === 0) return endpoint;
    return Math.max(endpoint, this.#until("credential", now), this.#until(`model:${model}`, now));
  }

  /** What rests it for this model. */
  cooldownFor(model: string, now: number): EntryCooldown | undefined {
    return ["credential", `model:${model}`].map((scope) => this.cooldowns.get(scope))
      .find((cooldown) => cooldown !== undefined && cooldown.until > now);
  }

  #until(scope: string, now: number): number {
    const cooldown = this.cooldowns.get(scope);
    return cooldown !== undefined && cooldown.until > now ? cooldown.until : 0;
  }
}
