import type { CredentialId } from "../../core/mod.ts";
import type { PoolStore } from "../options.ts";

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

const RECORD = "share:";

/**
 * Which processes share this database, and what part of everything is ours. A process that joins uses nothing until every other one
 * has said that it knows of it and that what it has under way fits its smaller part; one that dies is out when its record is.
 */
export class ProcessShare {
  live: readonly string[];
  /** False while this process has joined and not all others have made room. */
  settled = true;
  readonly #store: PoolStore;
  #published = "";

  constructor(store: PoolStore) {
    this.#store = store;
    this.live = [store.processId];
  }

  get alone(): boolean {
    return this.live.length <= 1;
  }

  /** Reads the list of live processes; true when our part changed. */
  async refresh(): Promise<boolean> {
    const others = (await this.#store.processes()).map((one) => one.id).filter((id) =>
      id !== this.#store.processId
    );
    const live = [this.#store.processId, ...others].sort();
    const settled = this.settled && (!this.alone || this.#published !== "") ||
      await this.#allMadeRoom(others);
    const changed = settled !== this.settled || live.join() !== this.live.join();
    this.live = live;
    this.settled = settled;
    return changed;
  }

  /** Tells the others which list we go by, and whether what we have under way fits it. */
  async publish(fits: boolean, at: number): Promise<void> {
    const text = `${this.live.join()} ${fits}`;
    if (text === this.#published) return;
    await this.#store.poolState.put(RECORD + this.#store.processId, { v: 1, at, live: [...this.live], fits });
    this.#published = text;
  }

  slots(total: number, credential: CredentialId): number {
    if (!this.settled) return 0;
    return this.alone ? total : slotShare(total, credential, this.#store.processId, this.live);
  }

  async #allMadeRoom(others: readonly string[]): Promise<boolean> {
    for (const id of others) {
      const record = await this.#store.poolState.get(RECORD + id);
      const live = record?.["live"];
      if (record?.["fits"] !== true || !Array.isArray(live) || !live.includes(this.#store.processId)) {
        return false;
      }
    }
    return true;
  }
}
