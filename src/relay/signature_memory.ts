import {
  type CredentialId,
  isObject,
  type Json,
  type JsonObject,
  type SourceName,
  SOURCES,
} from "../core/mod.ts";
import type { SignatureKey } from "../dialects/contract.ts";
import type { Content, GeminiRequest, Memo, Part } from "../gemini/mod.ts";
import type { Store } from "../store/contract.ts";

/** How long a tool call's signature is kept: longer than any tool loop lasts. */
const KEEP_MS = 24 * 60 * 60 * 1000;
const IN_MEMORY = 20_000;
const KIND = "signature";
/** The most characters of Google's own tools' parts that are kept for one call. */
const MAX_BEFORE = 48_000;

interface Remembered {
  /** Empty where nothing was signed. */
  readonly signature: string;
  /** Parts of Google's own tools before it. */
  readonly before?: readonly Part[];
  readonly credential: CredentialId;
  readonly source: SourceName;
}

/**
 * Thought signatures of tool calls, for clients that drop them: by the call's id, else by its name and
 * arguments. In memory for speed, in the store for restarts. A signature is only valid at the service that made
 * it, so its owner is kept too.
 */
export interface SignatureMemory {
  /** From memory alone: decoding is synchronous. */
  find(call: SignatureKey): string | undefined;
  /** The parts of Google's own tools before a call or text; from memory alone. */
  partsBefore(call: SignatureKey): readonly Part[] | undefined;
  /**
   * Loads signatures that memory lacks from the store; true when at least one was found and decoding again is
   * worth it.
   */
  load(calls: readonly SignatureKey[]): Promise<boolean>;
  /**
   * Loads the owner of a request's newest signature from the store, if memory lacks it; undefined when there is
   * nothing to load.
   */
  loadOwner(request: GeminiRequest): Promise<unknown> | undefined;
  remember(memo: Memo, credential: CredentialId, source: SourceName): void;
  /** The owner of the newest signature in the request's contents. */
  ownerOf(
    request: GeminiRequest,
  ): { readonly credential: CredentialId; readonly source: SourceName } | undefined;
  flush(): Promise<void>;
}

export function createSignatureMemory(store: Pick<Store, "expiring">): SignatureMemory {
  const byKey = new Map<string, Remembered>();
  /** By the signature itself, which is kept anyway: the engine hashes a string once, and faster than our code could. */
  const owners = new Map<string, Remembered>();
  const writes = new Set<Promise<void>>();

  function keep(key: string, value: Remembered): void {
    put(byKey, key, value);
    if (value.signature !== "") put(owners, value.signature, value);
  }

  function write(key: string, value: Remembered): void {
    const task: Promise<void> = store.expiring.put(KIND, key, { ...value } as unknown as Json, KEEP_MS)
      // A signature that was not stored costs a dummy after a restart, never the call.
      .catch(() => {})
      .finally(() => writes.delete(task));
    writes.add(task);
  }

  async function load(calls: readonly SignatureKey[]): Promise<boolean> {
    const found = await Promise.all(calls.map(async (call) => {
      for (const key of [idKey(call), contentKey(call)]) {
        const value = decodeRemembered(await store.expiring.get(KIND, key));
        if (value) return void keep(key, value), true;
      }
      return false;
    }));
    return found.includes(true);
  }

  function ownerOf(request: GeminiRequest) {
    const signature = newestSigned(request.contents)?.thoughtSignature;
    return signature === undefined ? undefined : owners.get(signature);
  }

  function find(call: SignatureKey): string | undefined {
    if (byKey.size === 0) return undefined;
    return known(call)?.signature || undefined;
  }

  function known(call: SignatureKey): Remembered | undefined {
    return byKey.get(idKey(call)) ?? byKey.get(contentKey(call));
  }

  return {
    find,
    partsBefore: (call) => byKey.size === 0 ? undefined : known(call)?.before,
    load,
    loadOwner(request) {
      const signed = newestSigned(request.contents);
      const call = signed?.functionCall;
      if (call === undefined || owners.has(signed?.thoughtSignature ?? "")) return undefined;
      return load([{ id: call.id ?? "", name: call.name, args: call.args ?? {} }]);
    },
    remember({ key: call, signature = "", before }, credential, source) {
      const kept = before.length > 0 && JSON.stringify(before).length <= MAX_BEFORE ? { before } : {};
      const value = { signature, credential, source, ...kept };
      for (const key of [idKey(call), contentKey(call)]) {
        keep(key, value);
        write(key, value);
      }
    },
    ownerOf,
    flush: async () => void await Promise.all(writes),
  };
}

function put(map: Map<string, Remembered>, key: string, value: Remembered): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > IN_MEMORY) map.delete(map.keys().next().value!);
}

function newestSigned(contents: readonly Content[]): Part | undefined {
  for (let index = contents.length - 1; index >= 0; index--) {
    const { parts } = contents[index]!;
    for (let index = parts.length - 1; index >= 0; index--) {
      if (parts[index]!.thoughtSignature !== undefined) return parts[index];
    }
  }
  return undefined;
}

function idKey(call: SignatureKey): string {
  return `id:${call.id.slice(0, 300)}`;
}

function contentKey(call: SignatureKey): string {
  return `call:${call.name}:${fingerprint(canonical(call.args))}`;
}

/** Clients may reorder the members of the arguments they send back. */
function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? "null";
  const members = value as JsonObject;
  return `{${
    Object.keys(members).sort().map((name) => `${JSON.stringify(name)}:${canonical(members[name])}`).join()
  }}`;
}

/** 53 bits of a text (cyrb53, public domain construction): an index, not a proof. */
function fingerprint(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  return fingerprintOf(high, low, text.length);
}

/** The same for bytes, each as a character. */
export function fingerprintBytes(bytes: Uint8Array): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (const code of bytes) {
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  return fingerprintOf(high, low, bytes.length);
}

function fingerprintOf(first: number, second: number, length: number): string {
  const high = Math.imul(first ^ (first >>> 16), 2246822507) ^
    Math.imul(second ^ (second >>> 13), 3266489909);
  const low = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36) + length.toString(36);
}

function decodeRemembered(value: unknown): Remembered | undefined {
  if (!isObject(value)) return undefined;
  const { signature, credential, source, before } = value;
  const known = SOURCES.find((name) => name === source);
  if (typeof signature !== "string" || typeof credential !== "string" || known === undefined) {
    return undefined;
  }
  const parts = Array.isArray(before) ? { before: before as Part[] } : {};
  return { signature, credential: credential as CredentialId, source: known, ...parts };
}
