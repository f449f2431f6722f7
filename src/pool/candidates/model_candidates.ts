import type { Operation, SourceName } from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { CredentialState } from "./credential_state.ts";
import { IndexedHeap } from "./indexed_heap.ts";
import { modelKeyFor } from "./model_key.ts";
import type { Policy, Rankable } from "../policy/mod.ts";

/** A bucket for one model: its credentials of equal tier and priority, and whether it can serve now. */
export interface Candidate extends Rankable {
  readonly model: ModelCandidates;
  readonly group: PriorityGroup;
  readonly bucket: Bucket;
  readonly members: CredentialState[];
  width: number;
  state: Bucket["state"];
  /** Why it is closed, and until when. */
  until: number;
  nextAt: number;
}

/** Candidates of one source, tier and priority. Higher value is served first. */
export interface PriorityGroup {
  readonly source: SourceName;
  readonly value: number;
  readonly open: IndexedHeap<Candidate>;
  readonly explore: IndexedHeap<Candidate>;
}

/** Everything that could serve one operation of a model, kept in order so that choosing visits few of them. */
export class ModelCandidates {
  readonly list: Candidate[] = [];
  /** Highest value first. */
  readonly groups = new Map<SourceName, PriorityGroup[]>();
  readonly due = new IndexedHeap<Candidate>("dueAt", (a, b) => a.nextAt < b.nextAt);
  /** Last time a call asked for this model. */
  usedAt = 0;
  /** The catalog's revision when it was built. */
  revision: number | string | undefined;
  readonly #policy: Policy;
  readonly #byBucket = new Map<string, Candidate>();

  /** Model and operation as one word. */
  readonly name: string;

  constructor(
    readonly model: string,
    readonly operation: Operation,
    readonly unit: string,
    policy: Policy,
  ) {
    this.name = modelKeyFor(model, operation);
    this.#policy = policy;
  }

  add(credentialState: CredentialState, bucket: Bucket, value: number): void {
    const key = `${bucket.id}\n${value}`;
    let candidate = this.#byBucket.get(key);
    if (candidate === undefined) {
      candidate = this.#newCandidate(
        bucket,
        this.#group(credentialState.source, value),
        credentialState.order,
      );
      this.#byBucket.set(key, candidate);
      this.list.push(candidate);
      bucket.join(candidate);
    }
    candidate.members.push(credentialState);
    candidate.width = candidate.members.length;
    credentialState.candidates.add(candidate);
  }

  /** Refreshes every candidate that is due. */
  advance(now: number): void {
    for (;;) {
      const candidate = this.due.peek();
      if (candidate === undefined || candidate.nextAt > now) return;
      this.refresh(candidate, now);
      if (candidate.nextAt <= now) {
        candidate.nextAt = now + 1;
        this.due.update(candidate);
      }
    }
  }

  /** When a candidate may open, if none is open now. */
  get nextAt(): number {
    return this.due.peek()?.nextAt ?? Infinity;
  }

  /** True when no bucket has room, not even for a probe. */
  get nothingOpen(): boolean {
    for (const groups of this.groups.values()) {
      for (const group of groups) if (group.open.size > 0 || group.explore.size > 0) return false;
    }
    return true;
  }

  refresh(candidate: Candidate, now: number): void {
    const { bucket } = candidate;
    bucket.refresh(now);
    const memberUntil = bucket.state === "closed" ? 0 : this.#membersUntil(candidate, now);
    candidate.state = memberUntil === 0 ? bucket.state : "closed";
    candidate.until = bucket.state === "closed" ? bucket.until : memberUntil;
    candidate.nextAt = memberUntil === 0 ? bucket.nextAt : memberUntil;
    candidate.share = bucket.share;
    candidate.lastUsed = bucket.lastUsed;
    this.#place(candidate);
  }

  /** 0 when some member can take a call, else when the first comes out of its cooldown; Infinity when only a freed slot helps. */
  #membersUntil(candidate: Candidate, now: number): number {
    let until = Infinity;
    for (const member of candidate.members) {
      if (!member.usable) continue;
      const cooling = member.coolingUntil(this.name, now);
      if (cooling > now) until = Math.min(until, cooling);
      else if (member.inFlight < member.slots) return 0;
    }
    return until;
  }

  #place(candidate: Candidate): void {
    const { open, explore } = candidate.group;
    if (candidate.state === "open") open.update(candidate);
    else open.remove(candidate);
    if (candidate.state === "explore") explore.update(candidate);
    else explore.remove(candidate);
    if (candidate.nextAt === Infinity) this.due.remove(candidate);
    else this.due.update(candidate);
  }

  #group(source: SourceName, value: number): PriorityGroup {
    const groups = this.groups.get(source) ?? [];
    this.groups.set(source, groups);
    let group = groups.find((one) => one.value === value);
    if (group === undefined) {
      group = {
        source,
        value,
        open: new IndexedHeap<Candidate>("openAt", this.#policy.before),
        explore: new IndexedHeap<Candidate>("exploreAt", fewestFirst),
      };
      groups.push(group);
      groups.sort((a, b) => b.value - a.value);
    }
    return group;
  }

  #newCandidate(bucket: Bucket, group: PriorityGroup, order: number): Candidate {
    return {
      model: this,
      group,
      bucket,
      members: [],
      width: 0,
      state: "closed",
      until: 0,
      nextAt: Infinity,
      share: 0,
      lastUsed: 0,
      order,
      openAt: -1,
      exploreAt: -1,
      dueAt: -1,
    };
  }
}

function fewestFirst(a: Candidate, b: Candidate): boolean {
  const x = a.bucket.window.requests, y = b.bucket.window.requests;
  return x !== y ? x < y : a.order < b.order;
}
