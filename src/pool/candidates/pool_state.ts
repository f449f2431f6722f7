import {
  type Credential,
  type CredentialId,
  isObject,
  type JsonObject,
  type Operation,
  type SourceName,
  SOURCES,
  type Tier,
} from "../../core/mod.ts";
import { Bucket } from "../quota/bucket.ts";
import { type BucketIdentity, countedByAccount } from "../quota/bucket_state.ts";
import type { PoolEvent } from "../contract.ts";
import { CircuitBreaker, type Rest, restIn, Route } from "./cooldown.ts";
import { type CredentialLoad, CredentialState, holderOf, isReplaced } from "./credential_state.ts";
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

/** Dependencies of PoolState on other parts of the pool. */
export interface PoolStateContext {
  readonly emit: (event: PoolEvent) => void;
  /** Projects read from errors, by credential. */
  readonly projects: Map<CredentialId, string>;
  /** This process's share of so many slots. */
  readonly partOf: (total: number, id: CredentialId) => number;
  /** Called with each new bucket, to restore its stored state; true when there was one. */
  readonly adopt: (bucket: Bucket) => boolean;
  /** Called with each bucket that nobody uses any more, to remove what is stored of it. */
  readonly forget: (bucket: Bucket) => void;
}

/** All credentials, buckets and candidates with their shared health. Reports candidates to check again after a change. */
export class PoolState {
  readonly credentials = new Map<CredentialId, CredentialState>();
  readonly buckets = new Map<string, Bucket>();
  /** The first credential that used each bucket, and the buckets that several have used. */
  readonly #owners = new WeakMap<Bucket, CredentialId>();
  readonly #shared = new WeakSet<Bucket>();
  /** Units of all buckets that ever existed: most models were never called, so that no key need be searched for one. */
  readonly #units = new Set<string>();
  readonly models = new Map<string, ModelCandidates>();
  readonly endpoints = new Map<SourceName, CircuitBreaker>();
  readonly sourceFaults = new Map<SourceName, Rest>();
  /** Calls in flight on removed keys, by their holder. */
  readonly #left = new Map<string, CredentialLoad>();
  readonly #routes = new Map<SourceName, Map<string, Route>>();
  /** The last cooldown of the whole egress: why no call may leave this machine for Google. */
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

  /** Applies a change in the processes that share the slots. */
  reshare(now: number): void {
    for (const credentialState of this.credentials.values()) {
      credentialState.slots = this.#slotsFor(credentialState.credential);
    }
    this.refreshAll(now);
  }

  /** True when no credential has more calls in flight than slots. */
  get fits(): boolean {
    for (const credentialState of this.credentials.values()) {
      if (credentialState.inFlight > credentialState.slots) return false;
    }
    return true;
  }

  /** False for a call sent with an API key that has been replaced since. */
  holds(credential: Credential): boolean {
    const present = this.credentials.get(credential.id);
    return present === undefined || !isReplaced(present, credential);
  }

  /** Records a project read from an error; one set by the user stays. */
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
   * must be stored.
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

  /** Cooldowns of things larger than a credential, for the store. */
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

  /** Restores these cooldowns after a restart. */
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

  /** Applies a source's statement of what is left: a quota nearly used up is closed before a call fails on it. */
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

  /** Postpones the day probes of a model's other buckets after one was refused. */
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

  /** Credentials that Google counts as one: those whose project is set or known to be the same. */
  projectMembers(credentialState: CredentialState): readonly CredentialState[] {
    const project = this.#projectOf(credentialState);
    if (project === undefined) return [credentialState];
    return [...this.credentials.values()].filter((one) =>
      one.source === credentialState.source && this.#projectOf(one) === project
    );
  }

  /** Others of the project in cooldown with the same message from Google: what ends for one ends for all. */
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
      const owner = this.#owners.get(bucket);
      if (owner === undefined) this.#owners.set(bucket, credentialState.id);
      else if (owner !== credentialState.id) this.#shared.add(bucket);
      const former = credentialState.former.get(unit);
      if (former !== undefined && former !== bucket) this.#move(former, bucket);
      credentialState.buckets.set(unit, bucket);
    }
    return bucket;
  }

  /**
   * Passes on what a key had used when it goes to another project. Counts of several keys are not this one's
   * alone: it leaves those behind and has its own former counts. Only a bucket with others in it may keep a copy;
   * else what moves there and back would be counted twice.
   */
  #move(from: Bucket, to: Bucket): void {
    if (this.#shared.has(from)) return;
    to.inherit(from);
    if (!this.#shared.has(to)) this.#drop(from);
  }

  /** Removes a bucket with what is stored of it. */
  #drop(bucket: Bucket): void {
    this.buckets.delete(bucket.id);
    this.#context.forget(bucket);
  }

  /** The bucket of a credential for a model or group, if it exists: another key of its project may have created it. */
  findBucket(credentialState: CredentialState, unit: string): Bucket | undefined {
    if (!this.#units.has(unit)) return undefined;
    return credentialState.buckets.get(unit) ?? this.buckets.get(this.#identity(credentialState, unit).id);
  }

  /** Creates the buckets stored under these ids, for every credential that uses them. */
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
        // Its model joined a group while no process ran: a bucket of its own passes the record on.
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

  /** Models joined quota groups: their use counts for the group from now on, not only from its next call. */
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

  /** This process's share of a credential's slots. */
  #slotsFor({ id, tier }: Credential): number {
    const { maxConcurrentRequestsPerKey, priorityTierMultipliers } = this.#options.settings;
    return this.#context.partOf(slotsOf(maxConcurrentRequestsPerKey, tier, priorityTierMultipliers), id);
  }

  #put(credential: Credential, order: number): void {
    const known = this.credentials.get(credential.id);
    const slots = this.#slotsFor(credential);
    if (known === undefined || known.credential.proxy !== credential.proxy || isReplaced(known, credential)) {
      if (known !== undefined && isReplaced(known, credential)) this.#forgetKey(credential);
      const fresh = new CredentialState(credential, order, slots, known?.load ?? this.#loadOf(credential));
      this.credentials.set(credential.id, fresh);
      return;
    }
    if (known.credential.project !== credential.project) known.leaveBuckets();
    // An edit after the key was found dead means that the user revived it; a token renewed before that does not.
    const edited = Math.max(known.credential.updatedAt, known.deadAt);
    const news = credential.dead !== undefined || credential.updatedAt > edited;
    known.credential = credential;
    if (news) known.believeStore();
    known.order = order;
    known.slots = slots;
  }

  /** Another key has come under this id. It may be of another project, which its first refusal shows, with all its quota left. */
  #forgetKey({ id }: Credential): void {
    this.measuredProjects.delete(id);
    for (const bucket of [...this.buckets.values()]) {
      if (bucket.identity.projectKind === "key" && bucket.identity.project === id) this.#drop(bucket);
    }
  }

  /** The load of a key: one that returns, under any id, while its calls are in flight still has them. */
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

  /** Merges the buckets of models that joined a quota group: the calls to each, and the block of one, count for the group. */
  #takeParts(bucket: Bucket): void {
    const { source, project, unit: group } = bucket.identity;
    for (const unit of this.#units) {
      if (unit === group || this.#presentUnit(unit) !== group) continue;
      const part = this.buckets.get(`${source}/${project}/${unit}`);
      if (part !== undefined) bucket.inherit(part);
    }
  }

  /** The current unit of an older bucket, whose model may have joined a quota group. */
  #presentUnit(unit: string): string {
    const [model = unit, operation] = unit.split("#");
    const present = this.unitOf(model);
    return operation === undefined ? present : `${present}#${operation}`;
  }

  /** A key whose models are unknown is used only if no other key is known to serve this model. */
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

function remember<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
