import type { Clock, Random } from "../../core/mod.ts";
import type { PoolLog, PoolStore } from "../options.ts";
import type { Bucket } from "../quota/bucket.ts";
import type { ProcessShare } from "./process_share.ts";
import { SharedPermits } from "./shared_permits.ts";

export interface PermitSourceContext {
  readonly store: PoolStore;
  readonly share: ProcessShare;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: PoolLog;
  readonly freed: () => void;
}

/** Gives buckets their permits while other processes use the same database, and fetches more when they run low. */
export class PermitSource {
  readonly #context: PermitSourceContext;
  #closed = false;

  constructor(context: PermitSourceContext) {
    this.#context = context;
  }

  /** Gives a bucket its shared permits, or takes them away when this process is alone. */
  adopt(bucket: Bucket): void {
    const { share, store, random, clock } = this.#context;
    if (share.alone) bucket.sharePermits(undefined, () => {}, clock.now());
    else if (bucket.permits === undefined) {
      const permits = new SharedPermits(bucket.id, store, random);
      bucket.sharePermits(permits, () => this.#fetch(bucket), clock.now());
    }
  }

  close(): void {
    this.#closed = true;
  }

  #fetch(bucket: Bucket): void {
    const { clock, freed, log } = this.#context;
    const { permits, rpm } = bucket;
    if (permits === undefined || rpm === undefined || this.#closed || clock.now() < permits.retryAt) return;
    permits.fetch(rpm.value, bucket.sharedLimit, () => clock.now()).then(() => {
      bucket.refreshNodes(clock.now());
      freed();
    }).catch((problem) => log("warn", "Could not take a share of a bucket.", { problem: String(problem) }));
  }
}
