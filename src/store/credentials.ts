import { type Credential, type CredentialId, err, ok, type Result } from "../core/mod.ts";
import type { Change, ConfigWatcher, Draft, ModelListRecord } from "../state/mod.ts";
import { staleness } from "./config_records.ts";
import { sealCredential } from "./config_storage.ts";
import type { CredentialDraft, CredentialPatch, Store, StoreProblem } from "./contract.ts";
import { fromDraft, identityOf } from "./credential_draft.ts";
import { applyPatch } from "./credential_patch.ts";
import { listChange, packList } from "./model_lists.ts";
import { dropParts } from "./packed.ts";
import { nextStamp, type Session } from "./session.ts";

type Outcome = Result<Credential, StoreProblem>;
/** The models of a credential that is added with them, and when they were listed. */
type Models = Pick<ModelListRecord, "at" | "models">;

/** Credentials, with their secrets sealed; the same secret or account is refused twice. */
class CredentialRecords implements Readonly<Record<keyof Store["credentials"], unknown>> {
  readonly #session: Session;
  readonly #config: ConfigWatcher;
  #addedAt = 0;

  constructor(session: Session, config: ConfigWatcher) {
    this.#session = session;
    this.#config = config;
  }

  async list(): Promise<readonly Credential[]> {
    return (await this.#config.refresh()).credentials;
  }

  async get(id: CredentialId): Promise<Credential | undefined> {
    return (await this.list()).find((one) => one.id === id);
  }

  async add(draft: CredentialDraft, models?: Models): Promise<Outcome> {
    const id = this.#session.newId("cred_") as CredentialId;
    // Of keys that are added in one moment each is later than the one before: lists keep their order.
    this.#addedAt = Math.max(this.#session.clock.now(), this.#addedAt + 1);
    const made = fromDraft(draft, id, this.#addedAt);
    if (!made.ok) return made;
    const outcome = await this.restore(made.value, models);
    if (!outcome.ok && outcome.error.kind === "duplicate") {
      await this.#signInAgain(outcome.error.id, made.value);
    }
    return outcome;
  }

  async restore(credential: Credential, models?: Models): Promise<Outcome> {
    const change = await this.#change(credential);
    const { id, source } = credential;
    const list = models === undefined ? undefined : { credential: id, source, ...models };
    const packed = list === undefined ? undefined : await packList(this.#session, list);
    const outcome = await this.#config.commit<Outcome>((current) => {
      const holder = holderOf(current, change.entry.fingerprint) ??
        (current.entry("credential", id) === undefined ? undefined : id);
      if (holder !== undefined) return { answer: err({ kind: "duplicate", id: holder }) };
      const more = list === undefined || packed === undefined ? [] : [listChange(list, packed)];
      return { answer: ok(credential), changes: [change, ...more] };
    });
    if (!outcome.ok) await dropParts(this.#session, packed);
    return outcome;
  }

  async update(id: CredentialId, patch: CredentialPatch, expected?: number): Promise<Outcome> {
    return await this.#config.commit<Outcome>(async (current) => {
      const present = current.entry("credential", id);
      const before = present?.value;
      if (before === undefined) return { answer: err({ kind: "missing" }) };
      const stale = expected === undefined ? undefined : staleness(before.updatedAt, expected);
      if (stale !== undefined) return { answer: err(stale) };
      const patched = applyPatch(before, patch);
      if (!patched.ok) return { answer: patched };
      const after = { ...patched.value, updatedAt: nextStamp(this.#session, before.updatedAt) };
      const change = await this.#change(after);
      const holder = holderOf(current, change.entry.fingerprint);
      if (holder !== undefined && holder !== id) return { answer: err({ kind: "duplicate", id: holder }) };
      return { answer: ok(after), changes: [change] };
    });
  }

  async remove(id: CredentialId): Promise<Outcome> {
    let parts: Parameters<typeof dropParts>[1];
    const outcome = await this.#config.commit<Outcome>((current) => {
      const credential = current.entry("credential", id)?.value;
      if (credential === undefined) return { answer: err({ kind: "missing" }) };
      const list = current.entry("model_list", id);
      parts = list?.parts;
      const changes: Change[] = [{ section: "credential", name: id }];
      if (list !== undefined) changes.push({ section: "model_list", name: id });
      return { answer: ok(credential), changes };
    });
    if (outcome.ok) await dropParts(this.#session, parts);
    return outcome;
  }

  /** A second sign-in to a known account brings a newer token, and lifts a death that only a sign-in can lift. */
  async #signInAgain(id: string, credential: Credential): Promise<void> {
    if (credential.source !== "antigravity" && credential.source !== "gemini_cli") return;
    await this.update(id as CredentialId, {
      refreshToken: credential.refreshToken.reveal(),
      dead: null,
      ...(credential.accessToken === undefined ? {} : { accessToken: credential.accessToken.reveal() }),
      ...(credential.accessExpiresAt === undefined ? {} : { accessExpiresAt: credential.accessExpiresAt }),
      ...(credential.codeAssistProject === undefined
        ? {}
        : { codeAssistProject: credential.codeAssistProject }),
      ...(credential.consumer === undefined ? {} : { consumer: credential.consumer }),
      clientId: credential.clientId ?? null,
      clientSecret: credential.clientSecret?.reveal() ?? null,
    });
  }

  async #change(credential: Credential) {
    const { vault } = this.#session;
    const fingerprint = await vault.fingerprint(identityOf(credential));
    const record = await sealCredential(vault, credential, fingerprint);
    const entry = { value: credential, fingerprint };
    return { section: "credential" as const, name: credential.id, record, entry };
  }
}

/** The credential with a fingerprint, also one that cannot be read. */
function holderOf(current: Draft, fingerprint: string): string | undefined {
  for (const [id, entry] of current.entries("credential")) {
    if (entry.fingerprint === fingerprint) return id;
  }
  return undefined;
}

export function openCredentials(session: Session, config: ConfigWatcher): Store["credentials"] {
  return new CredentialRecords(session, config);
}
