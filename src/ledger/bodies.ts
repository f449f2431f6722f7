import { isObject, type Json, type JsonObject, redact } from "../core/mod.ts";
import type { Store } from "../store/mod.ts";

/** A text that was kept, and whether it is all of it. */
export interface KeptText {
  readonly text: string;
  readonly whole: boolean;
}

/** Bodies of a request and its reply, kept only with LOG_BODIES. */
export interface KeptBodies {
  /** Path and query of the request. */
  readonly path: string;
  readonly request: KeptText;
  readonly reply?: KeptText;
}

/** Bytes that are kept of a request and of a reply. */
export const BODY_BYTES = 64 * 1024;

const KIND = "body";
const KEPT_MS = 3 * 24 * 3_600_000;

/**
 * Bodies by the id of their request: sealed with the database's key, without anything that looks like a secret, for three days.
 * They are in no export, event or log.
 */
export class BodyStore {
  readonly #store: Pick<Store, "expiring" | "vault">;

  constructor(store: Pick<Store, "expiring" | "vault">) {
    this.#store = store;
  }

  async put(id: string, { path, request, reply }: KeptBodies): Promise<void> {
    const clean = ({ text, whole }: KeptText): JsonObject => ({ text: redact(text), whole });
    const value: JsonObject = {
      path: redact(path),
      request: clean(request),
      ...(reply === undefined ? {} : { reply: clean(reply) }),
    };
    await this.#store.expiring.put(KIND, id, await this.#store.vault.seal(JSON.stringify(value)), KEPT_MS);
  }

  async get(id: string): Promise<KeptBodies | undefined> {
    const sealed = await this.#store.expiring.get(KIND, id);
    if (typeof sealed !== "string") return undefined;
    // deno-lint-ignore geminitro/foreign-json -- this program wrote it
    const value: Json = JSON.parse(await this.#store.vault.open(sealed));
    if (!isObject(value)) return undefined;
    const request = keptText(value["request"]);
    const reply = keptText(value["reply"]);
    if (request === undefined || typeof value["path"] !== "string") return undefined;
    return { path: value["path"], request, ...(reply === undefined ? {} : { reply }) };
  }
}

function keptText(value: unknown): KeptText | undefined {
  if (!isObject(value) || typeof value["text"] !== "string") return undefined;
  return { text: value["text"], whole: value["whole"] === true };
}
