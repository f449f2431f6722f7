import type { CredentialId } from "../core/mod.ts";
import type { PoolStore } from "./options.ts";

/** FNV-1a: the same number in every process. */
function hash(text: string): number {
  let value = 0x811C9DC5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

/** One process's part of a credential's slots: an equal share, the remainder to those whose hash with the credential is smallest. */
export function slotShare(total: number, credential: string, me: string, live: readonly string[]): number {
  const rest = total % live.length;
  const rank = live.toSorted((a, b) => hash(credential + a) - hash(credential + b) || (a < b ? -1 : 1))
    .indexOf(me);
  return rank < 0 ? 0 : Math.floor(total / live.length) + (rank < rest ? 1 : 0);
}

/** Which processes share this database, and what part of everything is ours. */
export class ProcessShare {
  live: readonly string[];
  /** False while this process has joined and not all others have taken note: until then it uses nothing. */
  settled = true;
  readonly #store: PoolStore;
  readonly #joinedAt: string;

  constructor(store: PoolStore) {
    this.#store = store;
    this.#joinedAt = store.epoch();
    this.live = [store.processId];
  }

  get alone(): boolean {
    return this.live.length <= 1;
  }

  /** Reads the list of live processes; true when our part changed. */
  async refresh(): Promise<boolean> {
    const others = (await this.#store.processes()).filter((one) => one.id !== this.#store.processId);
    const live = [this.#store.processId, ...others.map((one) => one.id)].sort();
    // Once in, a process stays in: it is the later one that waits.
    const settled = this.settled && !this.alone || others.every((one) => one.seenEpoch >= this.#joinedAt);
    const changed = settled !== this.settled || live.join() !== this.live.join();
    this.live = live;
    this.settled = settled;
    return changed;
  }

  slots(total: number, credential: CredentialId): number {
    if (!this.settled) return 0;
    return this.alone ? total : slotShare(total, credential, this.#store.processId, this.live);
  }
}
