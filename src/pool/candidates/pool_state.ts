import {
  type Credential,
  type CredentialId,
  type Failure,
  isObject,
  isOfType,
  type JsonObject,
  type Operation,
  type SourceName,
  SOURCES,
  type Tier,
} from "../../core/mod.ts";
import { Bucket } from "../quota/bucket.ts";
import { type BucketIdentity, countedByAccount } from "../quota/bucket_state.ts";
import type { PoolEvent } from "../contract.ts";
import { CircuitBreaker, Route, type Said, saidIn } from "./cooldown.ts";
import { type CredentialLoad, CredentialState } from "./credential_state.ts";
import { ModelCandidates } from "./model_candidates.ts";
import { modelKeyFor } from "./model_key.ts";
import type { PoolOptions } from "../options.ts";
import { POLICIES, type Policy } from "../policy/mod.ts";
import { Prior } from "../quota/prior.ts";

const TIER_RANK: Readonly<Record<Tier, number>> = { enterprise: 3, premium: 2, standard: 1, free: 0 };
const MAX_MODELS = 500;
const MEASURED_PROJECT_REGEXP = /^projects\/\d+$/;

/** The concurrency limit of a tier: the base times its multiplier, rounded down, at least 1. */
function slotsOf(base: number, tier: Tier, multipliers: Readonly<Record<Tier, number>>): number {
  return Math.max(1, Math.floor(base * (multipliers[tier] ?? 1) + 1e-9));
}

/** Something larger than a credential rests. */
interface Rest {
  readonly until: number;
  readonly said: Said;
}

/** What the poolState takes from other parts of the pool. */
export interface PoolStateContext {
  readonly emit: (event: PoolEvent) => void;
  /** Where projects that were read from errors are kept. */
  readonly projects: Map<CredentialId, string>;
  /** This process's part of so many slots. */
  readonly partOf: (total: number, id: CredentialId) => number;
  /** Called with each new bucket, to give it what is remembered of it; true when something was. */
  readonly adopt: (bucket: Bucket) => boolean;
}

/** All credentials, buckets and candidates, and the health of what they share. Says which candidates to look at again when one of them changes. */
export class PoolState {
  readonly credentials = new Map<CredentialId, CredentialState>();
  readonly buckets = new Map<string, Bucket>();
  /** Buckets that a credential draws from, and those that several have drawn from. */
  readonly #owned = new WeakSet<Bucket>();
  readonly #shared = new WeakSet<Bucket>();
  /** Of all buckets that there ever were: most models were never asked for, and then no key need be looked at for one. */
  readonly #units = new Set<string>();
  readonly models = new Map<string, ModelCandidates>();
  readonly endpoints = new Map<SourceName, CircuitBreaker>();
  readonly sourceFaults = new Map<SourceName, Rest>();
  /** What is under way on keys that are gone, by their holder. */
  readonly #left = new Map<string, CredentialLoad>();
  readonly #routes = new Map<SourceName, Map<string, Route>>();
  /** Why no call may leave this machine for Google, the last time that was so. */
  egress: Rest | undefined;
  /** Projects that were read from errors, by credential. */
  readonly measuredProjects: Map<CredentialId, string>;
  readonly policy: Policy;
  readonly #context: PoolStateContext;
  readonly #options: PoolOptions;
  readonly #priors = new Map<string, Prior>();

  constructor(options: PoolOptions, context: PoolStateContext) {
    this.#options = options;
    this.#context = context;
    this.measuredProjects = context.projects;
    this.policy = POLICIES[options.settings.rotationMode];
  }

  replace(credentials: readonly Credential[], now: number): void {
    const seen = new Set<CredentialId>();
    credentials.forEach((credential, order) => {
      seen.add(credential.id);
      this.#put(credential, order);
    });
    for (const [id, credentialState] of this.credentials) {
      if (seen.has(id)) continue;
      this.credentials.delete(id);
      if (credentialState.load.inFlight > 0) {
        this.#left.set(holderOf(credentialState.credential), credentialState.load);
      }
    }
    for (const [holder, load] of this.#left) if (load.inFlight === 0) this.#left.delete(holder);
    this.rebuildCandidates(now);
  }

  /** The processes that share the slots changed. */
  reshare(now: number): void {
    for (const credentialState of this.credentials.values()) {
      credentialState.slots = this.#slotsFor(credentialState.credential);
    }
    this.refreshAll(now);
  }

  /** True when no credential has more under way than its slots. */
  get fits(): boolean {
    for (const credentialState of this.credentials.values()) {
      if (credentialState.inFlight > credentialState.slots) return false;
    }
    return true;
  }

  /** False for a call that left with an API key in whose place another has come. */
  holds(credential: Credential): boolean {
    const present = this.credentials.get(credential.id);
    return present === undefined || !isReplaced(present, credential);
  }

  /** Takes note of a project read from an error; what the user told stays. */
  measureProject(credentialState: CredentialState, project: string, now: number): void {
    if (
      this.measuredProjects.get(credentialState.id) === project ||
      credentialState.credential.project === project
    ) return;
    this.measuredProjects.set(credentialState.id, project);
    this.#context.emit({ type: "project-measured", credential: credentialState.id, project });
    if (credentialState.credential.project !== undefined) return;
    credentialState.leaveBuckets();
    this.rebuildCandidates(now);
  }

  candidates(
    { model, operation }: { readonly model: string; readonly operation: Operation },
    now: number,
  ): ModelCandidates {
    const revision = this.#options.catalog.revision?.() ?? Math.floor(now / 30_000);
    const name = modelKeyFor(model, operation);
    let candidates = this.models.get(name);
    if (candidates === undefined || candidates.revision !== revision) {
      if (candidates !== undefined) this.#dropModel(candidates);
      candidates = this.#buildCandidates(model, operation, now);
      this.models.set(name, candidates);
      candidates.revision = revision;
      if (this.models.size > MAX_MODELS) this.#dropOldestModel(candidates);
    }
    candidates.usedAt = now;
    return candidates;
  }

  rebuildCandidates(now: number): void {
    for (const candidates of [...this.models.values()]) {
      this.#dropModel(candidates);
      const rebuilt = this.#buildCandidates(candidates.model, candidates.operation, now);
      rebuilt.revision = candidates.revision;
      this.models.set(candidates.name, rebuilt);
    }
  }

  refreshCredential(credentialState: CredentialState, now: number): void {
    for (const candidate of credentialState.candidates) candidate.model.refresh(candidate, now);
  }

  refreshBucket(bucket: Bucket, now: number): void {
    bucket.refreshNodes(now);
  }

  /**
   * Ends cooldowns of a credential: all of them, or those of one scope (`credential`, `model:<id>` or a bucket's id). Returns what
   * is to be written.
   */
  lift(id: CredentialId, scope: string | undefined, now: number): readonly (CredentialState | Bucket)[] {
    const credentialState = this.credentials.get(id);
    if (credentialState === undefined) return [];
    if (scope === undefined) credentialState.believeStore();
    const siblings = scope === undefined || scope === "credential" ? this.#restingWith(credentialState) : [];
    for (const sibling of siblings) {
      sibling.cooldowns.delete("credential");
      this.refreshCredential(sibling, now);
    }
    for (const name of [...credentialState.cooldowns.keys()]) {
      if (scope === undefined || name === scope) credentialState.cooldowns.delete(name);
    }
    credentialState.endpoint?.answer();
    for (const bucket of credentialState.buckets.values()) {
      if (scope === undefined || scope === bucket.id || scope === `model:${bucket.identity.unit}`) {
        bucket.unblock();
      }
      this.refreshBucket(bucket, now);
    }
    this.refreshCredential(credentialState, now);
    return [credentialState, ...siblings, ...credentialState.buckets.values()];
  }

  /** What rests that is larger than a credential, for the store. */
  restsRecord(at: number): JsonObject {
    const kept = ({ until, said }: Rest) => ({ until, said: { ...said } });
    return {
      v: 1,
      at,
      sources: Object.fromEntries([...this.sourceFaults].map(([source, rest]) => [source, kept(rest)])),
      endpoints: Object.fromEntries([...this.endpoints].map(([source, { until }]) => [source, until])),
      egress: this.egress === undefined ? null : kept(this.egress),
    };
  }

  /** Puts back what still rests after a restart. */
  restoreRests(record: JsonObject, now: number): void {
    const { sources, endpoints } = record;
    for (const source of SOURCES) {
      const rest = restIn(isObject(sources) ? sources[source] : undefined, "misconfigured", now);
      if (rest !== undefined) this.sourceFaults.set(source, rest);
      const until = isObject(endpoints) ? endpoints[source] : undefined;
      if (typeof until === "number" && until > now) this.endpoint(source).rest(until);
    }
    this.egress = restIn(record["egress"], "region_blocked", now) ?? this.egress;
  }

  /** A source stated what is left of a quota: nearly used up means closed until its reset, before a call fails on it. */
  noteQuota(
    id: CredentialId,
    model: string,
    quota: { readonly fraction: number; readonly resetsAt?: number },
    now: number,
  ): void {
    const credentialState = this.credentials.get(id);
    if (credentialState === undefined) return;
    const bucket = this.bucketOf(credentialState, this.bucketUnit(model, "generate"));
    bucket.stateShare(quota, now);
    this.refreshBucket(bucket, now);
  }

  /** A day's probe was refused: the others of the model wait as long. */
  postponeDayProbes(bucket: Bucket): void {
    for (const other of this.buckets.values()) {
      if (other.prior === bucket.prior) bucket.postponeDayProbeOf(other);
    }
  }

  refreshAll(now: number): void {
    for (const candidates of this.models.values()) {
      for (const candidate of candidates.list) candidates.refresh(candidate, now);
    }
  }

  /** Credentials that Google counts as one: those whose project is told or known to be the same. */
  projectMembers(credentialState: CredentialState): readonly CredentialState[] {
    const project = this.#projectOf(credentialState);
    if (project === undefined) return [credentialState];
    return [...this.credentials.values()].filter((one) =>
      one.source === credentialState.source && this.#projectOf(one) === project
    );
  }

  /** Others of the project that rest for the same words of Google's: what ends for one ends for all. */
  #restingWith(credentialState: CredentialState): readonly CredentialState[] {
    const rest = credentialState.cooldowns.get("credential");
    if (rest === undefined) return [];
    return this.projectMembers(credentialState).filter((one) =>
      one !== credentialState && one.cooldowns.get("credential")?.said.message === rest.said.message
    );
  }

  #projectOf(credentialState: CredentialState): string | undefined {
    return credentialState.credential.project ?? this.measuredProjects.get(credentialState.id);
  }

  /** The bucket of a model or quota group and an operation, as `bucketUnit` names the two. */
  bucketOf(credentialState: CredentialState, unit: string): Bucket {
    let bucket = credentialState.buckets.get(unit);
    if (bucket === undefined) {
      const identity = this.#identity(credentialState, unit);
      bucket = this.buckets.get(identity.id) ?? this.#newBucket(identity, credentialState.tier);
      const former = credentialState.former.get(unit);
      // What several keys sent is not this one's alone: who leaves a project begins with what it had before.
      const leaves = identity.projectKind === "key" && former !== undefined && this.#shared.has(former);
      if (former !== undefined && former !== bucket && !leaves) bucket.inherit(former);
      if (this.#owned.has(bucket)) this.#shared.add(bucket);
      this.#owned.add(bucket);
      credentialState.buckets.set(unit, bucket);
    }
    return bucket;
  }

  /** The bucket of a credential for a model or group, if anybody made it: another key of its project may have. */
  findBucket(credentialState: CredentialState, unit: string): Bucket | undefined {
    if (!this.#units.has(unit)) return undefined;
    return credentialState.buckets.get(unit) ?? this.buckets.get(this.#identity(credentialState, unit).id);
  }

  /** Makes the buckets that are stored under these ids, for every credential that draws from them. */
  recall(ids: Iterable<string>): void {
    const owners = Map.groupBy(
      this.credentials.values(),
      (credentialState) => this.#identity(credentialState, "").id,
    );
    const joined: (readonly [readonly CredentialState[], group: string])[] = [];
    for (const id of ids) {
      for (const { index } of id.matchAll(/\//g)) {
        const unit = id.slice(index + 1);
        const credentials = owners.get(id.slice(0, index + 1)) ?? [];
        if (credentials.length === 0) continue;
        const present = this.#presentUnit(unit);
        // Its model joined a group while no process ran: a bucket of its own carries the record over.
        if (present !== unit && present.startsWith("group:")) {
          this.#newBucket(this.#identity(credentials[0]!, unit), credentials[0]!.tier);
          joined.push([credentials, present]);
        } else if (present === unit) {
          for (const credentialState of credentials) this.bucketOf(credentialState, unit);
        }
      }
    }
    for (const [credentials, group] of joined) {
      for (const credentialState of credentials) this.bucketOf(credentialState, group);
    }
  }

  /** Models joined quota groups: what was used of them counts for the group from now on, not only from its next call. */
  joinGroups(): void {
    for (const credentialState of this.credentials.values()) {
      for (const [unit, part] of [...credentialState.buckets]) {
        const present = this.#presentUnit(unit);
        if (present === unit || !present.startsWith("group:")) continue;
        // The group may have a bucket already, from models that joined before.
        this.bucketOf(credentialState, present).inherit(part);
        credentialState.buckets.delete(unit);
      }
    }
  }

  unitOf(model: string): string {
    const group = this.#options.catalog.groupOf(model);
    return group === undefined ? this.#options.catalog.nameOf?.(model) ?? model : `group:${group}`;
  }

  bucketUnit(model: string, operation: Operation): string {
    return modelKeyFor(this.unitOf(model), operation);
  }

  endpoint(source: SourceName): CircuitBreaker {
    return remember(this.endpoints, source, () => new CircuitBreaker());
  }

  /** Absent until a call was sent that way. */
  findRoute(source: SourceName, modelKey: string): Route | undefined {
    return this.#routes.get(source)?.get(modelKey);
  }

  route(source: SourceName, modelKey: string): Route {
    const known = this.findRoute(source, modelKey);
    if (known !== undefined) return known;
    const route = new Route(this.endpoint(source));
    remember(this.#routes, source, () => new Map<string, Route>()).set(modelKey, route);
    return route;
  }

  /** This process's part of a credential's slots. */
  #slotsFor({ id, tier }: Credential): number {
    const { maxConcurrentRequestsPerKey, priorityTierMultipliers } = this.#options.settings;
    return this.#context.partOf(slotsOf(maxConcurrentRequestsPerKey, tier, priorityTierMultipliers), id);
  }

  #put(credential: Credential, order: number): void {
    const known = this.credentials.get(credential.id);
    const slots = this.#slotsFor(credential);
    if (known === undefined || known.credential.proxy !== credential.proxy || isReplaced(known, credential)) {
      // Another key may be of another project; its first refusal tells which.
      if (known !== undefined && isReplaced(known, credential)) this.measuredProjects.delete(credential.id);
      const fresh = new CredentialState(credential, order, slots, known?.load ?? this.#loadOf(credential));
      this.credentials.set(credential.id, fresh);
      return;
    }
    if (known.credential.project !== credential.project) known.leaveBuckets();
    // An edit after our own finding is the user's word that it lives again; a token that was renewed before it is none.
    const edited = Math.max(known.credential.updatedAt, known.deadAt);
    const news = credential.dead !== undefined || credential.updatedAt > edited;
    known.credential = credential;
    if (news) known.believeStore();
    known.order = order;
    known.slots = slots;
  }

  /** A key that comes back while calls of its are under way, under whatever id, still has those. */
  #loadOf(credential: Credential): CredentialLoad | undefined {
    const holder = holderOf(credential);
    const load = this.#left.get(holder);
    this.#left.delete(holder);
    return load;
  }

  #identity(credentialState: CredentialState, unit: string): BucketIdentity {
    const alone = countedByAccount(credentialState.source);
    const told = alone ? undefined : credentialState.credential.project;
    const project = alone ? undefined : told ?? this.measuredProjects.get(credentialState.id);
    const measured = told === undefined || MEASURED_PROJECT_REGEXP.test(told);
    return {
      id: `${credentialState.source}/${project ?? credentialState.id}/${unit}`,
      project: project ?? credentialState.id,
      projectKind: project === undefined ? "key" : measured ? "measured" : "told",
      source: credentialState.source,
      unit,
    };
  }

  #newBucket(identity: BucketIdentity, tier: Tier): Bucket {
    const prior = remember(this.#priors, `${identity.source} ${identity.unit} ${tier}`, () => new Prior());
    const bucket = new Bucket(identity, prior);
    this.buckets.set(identity.id, bucket);
    this.#units.add(identity.unit);
    const known = this.#context.adopt(bucket);
    if (!known && identity.unit.startsWith("group:")) this.#takeParts(bucket);
    return bucket;
  }

  /** Models joined a quota group: what was sent to each, and what closes one, counts for the group. */
  #takeParts(bucket: Bucket): void {
    const { source, project, unit: group } = bucket.identity;
    for (const unit of this.#units) {
      if (unit === group || this.#presentUnit(unit) !== group) continue;
      const part = this.buckets.get(`${source}/${project}/${unit}`);
      if (part !== undefined) bucket.inherit(part);
    }
  }

  /** What the unit of an older bucket is called now: its model may have joined a quota group. */
  #presentUnit(unit: string): string {
    const [model = unit, operation] = unit.split("#");
    const present = this.unitOf(model);
    return operation === undefined ? present : `${present}#${operation}`;
  }

  /** A key whose models nobody knows yet is asked only where no other is known to serve this one. */
  #buildCandidates(model: string, operation: Operation, now: number): ModelCandidates {
    const candidates = new ModelCandidates(model, operation, this.unitOf(model), this.policy);
    const { catalog } = this.#options;
    const listed: CredentialState[] = [], unlisted: CredentialState[] = [];
    for (const credentialState of this.credentials.values()) {
      if (!credentialState.usable || !credentialState.permits(model)) continue;
      const served = catalog.servedBy(model, credentialState.id, operation);
      if (served !== false) (served === true ? listed : unlisted).push(credentialState);
    }
    const unit = this.bucketUnit(model, operation);
    for (const credentialState of listed.length > 0 ? listed : unlisted) {
      candidates.add(
        credentialState,
        this.bucketOf(credentialState, unit),
        this.#valueOf(credentialState.credential),
      );
    }
    for (const candidate of candidates.list) candidates.refresh(candidate, now);
    return candidates;
  }

  #valueOf(credential: Credential): number {
    const priority = Math.max(-1e6, Math.min(1e6, credential.priority));
    return TIER_RANK[credential.tier] * 1e7 + priority;
  }

  #dropModel(candidates: ModelCandidates): void {
    for (const candidate of candidates.list) {
      candidate.bucket.leave(candidate);
      for (const member of candidate.members) member.candidates.delete(candidate);
    }
    this.models.delete(candidates.name);
  }

  #dropOldestModel(keep: ModelCandidates): void {
    let oldest: ModelCandidates | undefined;
    for (const candidates of this.models.values()) {
      if (candidates !== keep && candidates.usedAt < (oldest?.usedAt ?? Infinity)) oldest = candidates;
    }
    if (oldest !== undefined) this.#dropModel(oldest);
  }
}

function restIn(value: unknown, name: Failure["class"], now: number): Rest | undefined {
  if (!isObject(value) || typeof value["until"] !== "number" || value["until"] <= now) return undefined;
  return { until: value["until"], said: saidIn(value["said"], name, "It rests since before a restart.") };
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}

/** Another API key took the place of the one that was known under this id: what was found out of it tells nothing any more. */
function isReplaced(known: CredentialState, credential: Credential): boolean {
  return holderOf(known.credential) !== holderOf(credential);
}

/** Whose limits a credential draws on: the key itself, whatever record it is in. */
function holderOf(credential: Credential): string {
  return isOfType(credential, "api_key") ? credential.key.reveal() : credential.id;
}
