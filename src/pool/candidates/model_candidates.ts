import type { Operation, SourceName } from "../../core/mod.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { CredentialState } from "./credential_state.ts";
import { IndexedHeap } from "./indexed_heap.ts";
import { laneName } from "./lane_name.ts";
import type { Policy, Rankable } from "../policy/mod.ts";

/** A bucket as one model sees it: its credentials of equal tier and priority, and whether it can serve now. */
export interface Candidate extends Rankable {
  readonly lane: ModelCandidates;
  readonly rank: PriorityGroup;
  readonly bucket: Bucket;
  readonly members: CredentialState[];
  width: number;
  state: Bucket["state"];
  /** Why it is closed, and until when. */
  until: number;
  nextAt: number;
}

/** Nodes of one source, tier and priority. Higher value is served first. */
export interface PriorityGroup {
  readonly source: SourceName;
  readonly value: number;
  readonly open: IndexedHeap<Candidate>;
  readonly explore: IndexedHeap<Candidate>;
}

/** Everything that could serve one operation of a model, kept in order so that choosing looks at few of them. */
export class ModelCandidates {
  readonly nodes: Candidate[] = [];
  /** Highest rank first. */
  readonly ranks = new Map<SourceName, PriorityGroup[]>();
  readonly due = new IndexedHeap<Candidate>("dueAt", (a, b) => a.nextAt < b.nextAt);
  /** Last time a call asked for this model. */
  usedAt = 0;
  /** Of the catalog, when it was built. */
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
    this.name = laneName(model, operation);
    this.#policy = policy;
  }

  add(entry: CredentialState, bucket: Bucket, rankValue: number): void {
    const key = `${bucket.id}\n${rankValue}`;
    let node = this.#byBucket.get(key);
    if (node === undefined) {
      node = this.#newNode(bucket, this.#rank(entry.source, rankValue), entry.order);
      this.#byBucket.set(key, node);
      this.nodes.push(node);
      bucket.join(node);
    }
    node.members.push(entry);
    node.width = node.members.length;
    entry.nodes.add(node);
  }

  /** Brings every node whose time has come to `now`. */
  advance(now: number): void {
    for (;;) {
      const node = this.due.peek();
      if (node === undefined || node.nextAt > now) return;
      this.refresh(node, now);
      if (node.nextAt <= now) {
        node.nextAt = now + 1;
        this.due.update(node);
      }
    }
  }

  /** When something may open, if nothing is open now. */
  get nextAt(): number {
    return this.due.peek()?.nextAt ?? Infinity;
  }

  /** True when no bucket has room, not even for trying. */
  get nothingOpen(): boolean {
    for (const ranks of this.ranks.values()) {
      for (const rank of ranks) if (rank.open.size > 0 || rank.explore.size > 0) return false;
    }
    return true;
  }

  refresh(node: Candidate, now: number): void {
    const { bucket } = node;
    bucket.refresh(now);
    const memberUntil = bucket.state === "closed" ? 0 : this.#membersUntil(node, now);
    node.state = memberUntil === 0 ? bucket.state : "closed";
    node.until = bucket.state === "closed" ? bucket.until : memberUntil;
    node.nextAt = memberUntil === 0 ? bucket.nextAt : memberUntil;
    node.share = bucket.share;
    node.lastUsed = bucket.lastUsed;
    this.#place(node);
  }

  /** 0 when some member can take a call, else when the first comes out of its cooldown; Infinity when only a freed slot helps. */
  #membersUntil(node: Candidate, now: number): number {
    let until = Infinity;
    for (const member of node.members) {
      if (!member.usable) continue;
      const cooling = member.coolingUntil(this.name, now);
      if (cooling > now) until = Math.min(until, cooling);
      else if (member.inFlight < member.slots) return 0;
    }
    return until;
  }

  #place(node: Candidate): void {
    const { open, explore } = node.rank;
    if (node.state === "open") open.update(node);
    else open.remove(node);
    if (node.state === "explore") explore.update(node);
    else explore.remove(node);
    if (node.nextAt === Infinity) this.due.remove(node);
    else this.due.update(node);
  }

  #rank(source: SourceName, value: number): PriorityGroup {
    const ranks = this.ranks.get(source) ?? [];
    this.ranks.set(source, ranks);
    let rank = ranks.find((one) => one.value === value);
    if (rank === undefined) {
      rank = {
        source,
        value,
        open: new IndexedHeap<Candidate>("openAt", this.#policy.before),
        explore: new IndexedHeap<Candidate>("exploreAt", fewestFirst),
      };
      ranks.push(rank);
      ranks.sort((a, b) => b.value - a.value);
    }
    return rank;
  }

  #newNode(bucket: Bucket, rank: PriorityGroup, order: number): Candidate {
    return {
      lane: this,
      rank,
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
