/** One value to set. */
export interface Write {
  readonly key: Deno.KvKey;
  readonly value: unknown;
  /** Bytes of the value, about. */
  readonly size: number;
}

/** Deno KV takes 800 KiB and 1,000 changes a commit. */
const COMMIT_BYTES = 600_000;
const COMMIT_WRITES = 500;

/** Sets all values, in as few commits as the limits allow, in order. Throws when the database refuses one. */
export async function commitWrites(kv: Deno.Kv, writes: readonly Write[]): Promise<void> {
  let commit = kv.atomic();
  let [bytes, count] = [0, 0];
  for (const write of writes) {
    if (count > 0 && (bytes + write.size > COMMIT_BYTES || count >= COMMIT_WRITES)) {
      await commit.commit();
      commit = kv.atomic();
      [bytes, count] = [0, 0];
    }
    commit.set(write.key, write.value);
    bytes += write.size;
    count++;
  }
  if (count > 0) await commit.commit();
}
