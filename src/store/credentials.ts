import {
  type Credential,
  type CredentialId,
  type CredentialType,
  err,
  isOfType,
  MOST_TAGS,
  ok,
  type Result,
  Secret,
  SOURCE_TABLE,
} from "../core/mod.ts";
import type { Change, ConfigWatcher, Draft, ModelListRecord } from "../state/mod.ts";
import { invalid, listChange, packList, staleness } from "./config_records.ts";
import { sealCredential } from "./config_storage.ts";
import type { CredentialDraft, CredentialPatch, Store, StoreProblem } from "./contract.ts";
import {
  checkOpenFields,
  checkToken,
  fromDraft,
  identityOf,
  storedTags,
  tooManyTags,
  withSecret,
} from "./credential_draft.ts";
import { dropParts } from "./packed.ts";
import { nextStamp, type Session } from "./session.ts";
import { defined } from "./fields.ts";

type Outcome = Result<Credential, StoreProblem>;
/** Models with which a credential is added, and the time they were listed. */
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
    // Keys added at the same time get increasing times, so that lists keep their order.
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

  /** A second sign-in to a known account brings a newer token, and removes a dead mark that only a sign-in can remove. */
  async #signInAgain(id: string, credential: Credential): Promise<void> {
    if (!isOfType(credential, "oauth")) return;
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

/** The id of the credential with a fingerprint, even if that cannot be read. */
function holderOf(current: Draft, fingerprint: string): string | undefined {
  for (const [id, entry] of current.entries("credential")) {
    if (entry.fingerprint === fingerprint) return id;
  }
  return undefined;
}

export function openCredentials(session: Session, config: ConfigWatcher): Store["credentials"] {
  return new CredentialRecords(session, config);
}

/** Applies an edit; `null` removes a field. A field that this kind of credential does not have is refused by name. */
function applyPatch(credential: Credential, patch: CredentialPatch): Result<Credential, StoreProblem> {
  const problem = checkOpenFields(patch) ?? checkTokens(patch) ?? foreignField(credential, patch);
  if (problem !== undefined) return err(problem);
  const {
    accessToken,
    refreshToken,
    clientSecret,
    key,
    tags: _set,
    addTags: _put,
    removeTags: _taken,
    ...plain
  } = patch;
  const tags = tagsAfter(credential, patch);
  if ((tags?.length ?? 0) > MOST_TAGS) return err(tooManyTags());
  const changes = {
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined).map(tidy)),
    ...defined({
      accessToken: secretOf(accessToken),
      refreshToken: secretOf(refreshToken),
      clientSecret: secretOf(clientSecret),
      tags,
    }),
    ...(key === undefined ? {} : withSecret(key.trim())),
  };
  const merged = Object.entries({ ...credential, ...changes }).filter(([, value]) => value !== null);
  // Only fields of this kind have passed the check, so the result is of the same kind.
  return ok(Object.fromEntries(merged) as unknown as Credential);
}

/** The tags that an edit leaves; undefined when it does not change them, null for none. */
function tagsAfter(
  { tags: before = [] }: Credential,
  { tags = before, addTags = [], removeTags = [] }: CredentialPatch,
): readonly string[] | null | undefined {
  if (tags === before && addTags.length === 0 && removeTags.length === 0) return undefined;
  const removed = new Set(removeTags.map((tag) => tag.trim().toLowerCase()));
  return storedTags([...tags ?? [], ...addTags].filter((tag) => !removed.has(tag.trim().toLowerCase()))) ??
    null;
}

function secretOf(text: string | null | undefined): Secret | null | undefined {
  return typeof text === "string" ? new Secret(text.trim()) : text;
}

/** Texts are trimmed; an empty project or proxy means none. */
function tidy([name, value]: [string, unknown]): [string, unknown] {
  if (typeof value !== "string") return [name, value];
  const text = value.trim();
  return [name, text === "" && name !== "label" && name !== "location" ? null : text];
}

function checkTokens(patch: CredentialPatch): StoreProblem | undefined {
  if (patch.key !== undefined) return checkToken("key", patch.key, "API key");
  if (patch.refreshToken !== undefined) {
    return checkToken("refreshToken", patch.refreshToken, "refresh token");
  }
  if (typeof patch.accessToken === "string") {
    return checkToken("accessToken", patch.accessToken, "access token");
  }
  return patch.location?.trim() === "" ? invalid("location", "The location is empty.") : undefined;
}

const OWN_FIELDS: Readonly<Record<string, readonly CredentialType[]>> = {
  key: ["api_key"],
  accessToken: ["oauth", "service_account"],
  accessExpiresAt: ["oauth", "service_account"],
  refreshToken: ["oauth"],
  codeAssistProject: ["oauth"],
  consumer: ["oauth"],
  clientId: ["oauth"],
  clientSecret: ["oauth"],
  location: ["service_account"],
};

function foreignField(credential: Credential, patch: CredentialPatch): StoreProblem | undefined {
  const field = Object.entries(patch).find(([name, value]) =>
    value !== undefined && OWN_FIELDS[name]?.includes(SOURCE_TABLE[credential.source].credential) === false
  )?.[0];
  return field === undefined
    ? undefined
    : invalid(field, `A credential of source ${credential.source} has no ${field}.`);
}
