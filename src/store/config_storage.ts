import { type Credential, isObject, Secret } from "../core/mod.ts";
import {
  type Address,
  type Change,
  type ConfigRecordOf,
  type ConfigStorage,
  type Entry,
  type Head,
  NO_EPOCH,
  parseRecord,
  type Section,
  SECTIONS,
  type Tables,
} from "../state/mod.ts";
import { isLocked, whileLocked } from "./commit.ts";
import { DecodeProblem, Fields } from "./fields.ts";
import { epochKey, recordKey, recordPrefix } from "./keys.ts";
import { CHANGES_IN_EPOCH, KEYS_PER_READ, PROCESS_RECORD_MS } from "./limits.ts";
import { decodePacked, unpack } from "./packed.ts";
import type { Session } from "./session.ts";
import type { Vault } from "./vault.ts";

/** Sections whose values may be too large for one record. */
const PACKED: ReadonlySet<Section> = new Set(["model_list", "setting"]);
/** Records read in one step of a list. */
const BATCH_SIZE = 500;

type Opened = Pick<Session, "kv" | "random" | "quarantine" | "vault" | "processId">;

/** The configuration on Deno KV. The epoch's record names its changes, so that followers read only those. */
export function openConfigStorage(session: Opened): ConfigStorage {
  const { kv, random, processId } = session;
  return {
    head: () => whileLocked(async () => headOf(await kv.get(epochKey)), random),
    watch: (listener) => watchEpoch(kv, listener),
    readAll: (known) => whileLocked(() => readAll(session, known), random),
    read: (addresses, known) => whileLocked(() => readSome(session, addresses, known), random),
    async commit(epoch, changes) {
      const atomic = kv.atomic().check({ key: epochKey, versionstamp: epoch === NO_EPOCH ? null : epoch });
      for (const change of changes) write(atomic, change);
      const changed = changes.map(({ section, name }): Address => [section, name]);
      atomic.set(epochKey, {
        v: 1,
        by: processId,
        ...(changed.length > CHANGES_IN_EPOCH ? {} : { before: epoch, changed }),
      });
      try {
        const result = await atomic.commit();
        return result.ok ? result.versionstamp : undefined;
      } catch (error) {
        if (isLocked(error)) return undefined;
        throw error;
      }
    },
  };
}

function write(atomic: Deno.AtomicOperation, { section, name, record, seen }: Change): void {
  const key = recordKey(section, name);
  if (seen !== undefined) atomic.check({ key, versionstamp: seen });
  if (record === undefined) atomic.delete(key);
  else atomic.set(key, { v: 1, ...record }, section === "process" ? { expireIn: PROCESS_RECORD_MS } : {});
}

/** Decodes an epoch's record; one of an earlier version does not name its changes. */
function headOf({ versionstamp, value }: Deno.KvEntryMaybe<unknown>): Head {
  const epoch = versionstamp ?? NO_EPOCH;
  const { before, changed } = isObject(value) ? value : {};
  if (typeof before !== "string" || !Array.isArray(changed)) return { epoch };
  const known = changed.filter((one): one is Address =>
    Array.isArray(one) && SECTIONS.includes(one[0]) && typeof one[1] === "string"
  );
  return known.length === changed.length ? { epoch, before, changed: known } : { epoch };
}

function watchEpoch(kv: Deno.Kv, listener: (head: Head) => void): () => Promise<void> {
  const reader = kv.watch<[unknown]>([epochKey]).getReader();
  let closed = false;
  const watching = (async () => {
    try {
      for (let step = await reader.read(); !step.done && !closed; step = await reader.read()) {
        listener(headOf(step.value[0]));
      }
    } catch {
      // The watch ends with the database or the connection; polling continues.
    }
  })();
  return async () => {
    closed = true;
    await reader.cancel().catch(() => {});
    await watching;
  };
}

async function readAll(session: Opened, known: Tables): Promise<Tables> {
  const tables = await Promise.all(
    SECTIONS.map(async (section) => [section, await readSection(session, section, known)] as const),
  );
  return Object.fromEntries(tables) as unknown as Tables;
}

async function readSection(session: Opened, section: Section, known: Tables) {
  const found: Deno.KvEntry<unknown>[] = [];
  for await (
    const entry of session.kv.list({ prefix: recordPrefix(section) }, { batchSize: BATCH_SIZE })
  ) found.push(entry);
  const entries = await Promise.all(found.map((entry) => decode(session, section, entry, known)));
  return new Map(found.map(({ key }, index) => [String(key.at(-1)), entries[index]]));
}

async function readSome(session: Opened, addresses: readonly Address[], known: Tables) {
  const found: (Entry<unknown> | undefined)[] = [];
  for (let from = 0; from < addresses.length; from += KEYS_PER_READ) {
    const some = addresses.slice(from, from + KEYS_PER_READ);
    const entries = await session.kv.getMany<unknown[]>(
      some.map(([section, name]) => recordKey(section, name)),
    );
    found.push(
      ...await Promise.all(
        entries.map((entry, index) =>
          entry.value === null ? undefined : decode(session, some[index]![0], entry, known)
        ),
      ),
    );
  }
  return found;
}

/** One stored record; an entry of `known` with the same version is reused, since opening costs more than reading. */
async function decode(
  session: Opened,
  section: Section,
  stored: Deno.KvEntryMaybe<unknown>,
  known: Tables,
): Promise<Entry<unknown>> {
  const versionstamp = stored.versionstamp ?? "";
  const before = known[section].get(String(stored.key.at(-1)));
  if (before?.versionstamp === versionstamp) return before;
  const record = session.quarantine.record(stored);
  const base = { versionstamp, ...besides(section, record) };
  try {
    const raw = record === undefined ? undefined : await open(session, section, record);
    const value = raw === undefined ? undefined : parsed(section, raw);
    return { ...base, value: value === undefined ? undefined : sameModels(value, before?.value) };
  } catch (problem) {
    if (!(problem instanceof DecodeProblem)) throw problem;
    session.quarantine.report(stored.key, problem.message);
    return { ...base, value: undefined };
  }
}

function besides(
  section: Section,
  record: Readonly<Record<string, unknown>> | undefined,
): Partial<Entry<unknown>> {
  if (section === "credential" && typeof record?.["print"] === "string") {
    return { fingerprint: record["print"] };
  }
  const { stamp, parts } = record ?? {};
  const large = PACKED.has(section) && typeof stamp === "string" && typeof parts === "number";
  return large ? { parts: { stamp, parts } } : {};
}

/** The record's fields, unsealed and unpacked; undefined when a part was overwritten between two reads. */
async function open({ kv, vault }: Opened, section: Section, record: Readonly<Record<string, unknown>>) {
  if (PACKED.has(section)) return await unpack(kv, decodePacked(new Fields(record)));
  return section === "credential" ? await unsealed(vault, record) : record;
}

function parsed<Name extends Section>(section: Name, value: unknown): ConfigRecordOf[Name] {
  const result = parseRecord(section, value);
  if (result.ok) return result.value;
  const { field, message } = result.error;
  throw new DecodeProblem(field === "" ? message : `Field ${field}: ${message}`);
}

/** Unchanged models of a list stay the same object, so that readers see that only its age changed. */
function sameModels(value: unknown, before: unknown): unknown {
  if (!isObject(value) || !isObject(before) || !Array.isArray(value["models"])) return value;
  return JSON.stringify(value["models"]) === JSON.stringify(before["models"])
    ? { ...value, models: before["models"] }
    : value;
}

/** A credential's record: its open fields, and every secret sealed with the record's id as context. */
export async function sealCredential(vault: Vault, credential: Credential, print: string): Promise<object> {
  // An outbound proxy's URL may hold a password.
  const isSecret = ([name, value]: [string, unknown]) => value instanceof Secret || name === "proxy";
  const fields: [string, unknown][] = Object.entries(credential);
  const secrets = fields.filter(isSecret).map(([name, value]) =>
    [name, value instanceof Secret ? value.reveal() : value] as const
  );
  const open = Object.fromEntries(fields.filter((field) => !isSecret(field)));
  const sealed = await vault.seal(JSON.stringify(Object.fromEntries(secrets)), credential.id);
  return { ...open, print, sealed };
}

async function unsealed(vault: Vault, { sealed, ...open }: Readonly<Record<string, unknown>>) {
  if (typeof sealed !== "string") throw new DecodeProblem("Field sealed is not a text");
  // deno-lint-ignore geminitro/foreign-json -- this program wrote it
  return { ...open, ...JSON.parse(await vault.open(sealed, String(open["id"]))) };
}

/** Opens a stored credential with any vault. Throws a DecodeProblem when it cannot be opened or is invalid. */
export async function openCredential(
  vault: Vault,
  record: Readonly<Record<string, unknown>>,
): Promise<Credential> {
  return parsed("credential", await unsealed(vault, record));
}
