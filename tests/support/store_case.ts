import type { Store } from "../../src/store/mod.ts";
import type { HandClock } from "./store_ports.ts";

/** What a case works on. `unique` makes names and keys that no other run on the same server uses. */
export interface Bench {
  readonly store: Store;
  readonly clock: HandClock;
  unique(text: string): string;
  /** Opens a second store on the same database, as another process would. */
  other(): Promise<Store>;
}

/** One promise of the store, which must hold on every kind of database. */
export interface StoreCase {
  readonly name: string;
  run(bench: Bench): Promise<void>;
}
