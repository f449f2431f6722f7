import type { CredentialId, SourceName } from "../core/mod.ts";

/** Which key served a conversation last, so that Google's implicit prompt cache can hit. Bounded, in memory only. */
export interface SessionMemory {
  get(
    session: string,
    model: string,
  ): { readonly credential: CredentialId; readonly source: SourceName } | undefined;
  set(session: string, model: string, credential: CredentialId, source: SourceName): void;
}

/** Keeps the `limit` conversations used last. */
export function createSessionMemory(limit = 10_000): SessionMemory {
  const entries = new Map<string, { readonly credential: CredentialId; readonly source: SourceName }>();
  return {
    get: (session, model) => entries.get(`${session} ${model}`),
    set(session, model, credential, source) {
      const key = `${session} ${model}`;
      const old = entries.get(key);
      if (old?.credential === credential) return;
      entries.delete(key);
      entries.set(key, { credential, source });
      if (entries.size > limit) entries.delete(entries.keys().next().value!);
    },
  };
}
