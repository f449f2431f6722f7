import { isObject, type JsonObject, ok, parseForeign } from "../core/mod.ts";
import type {
  AliasRecord,
  CapRecord,
  ClientRecord,
  FallbackRecord,
  ModelListRecord,
  QuotaGroupRecord,
  Store,
} from "../store/mod.ts";
import { closeCredential, decrypt, type Encrypted, isSealed } from "./export_file.ts";
import { emptyPlan, type ImportPlan } from "./import_plan.ts";
import { type Outcome, refuse } from "./admin_deps.ts";

export function isOwnExport(document: unknown): document is JsonObject {
  return isObject(document) && document["format"] === "geminitro-export";
}

/** The means to open the secrets of a document of ours. */
export interface Unlock {
  readonly passphrase?: string;
  /** The master key of the database that a backup was made of; default: this one's. */
  readonly masterKey?: string;
  readonly recover: Store["vault"]["recover"];
}

/** Reads our own export; its records are checked again by the store when they are put. */
export async function planOwn(document: JsonObject, unlock: Unlock): Promise<Outcome<ImportPlan>> {
  if (document["v"] !== 1) {
    return refuse(422, "newer_version", "This export was made by a newer version: update first");
  }
  const plan: ImportPlan = {
    ...emptyPlan("geminitro"),
    aliases: named<AliasRecord>(document["aliases"], ["name", "target"]),
    quotaGroups: named<QuotaGroupRecord>(document["quotaGroups"], ["name"]),
    fallbacks: named<FallbackRecord>(document["fallbacks"], ["model"]),
    caps: named<CapRecord>(document["caps"], ["model"]),
    settings: settingsOf(document["settings"]),
    poolState: settingsOf(document["poolState"]),
  };
  const text = await secretsOf(document, unlock);
  if (!text.ok) return text;
  if (text.value === undefined) return ok({ ...plan, notTaken: withoutSecrets(document) });
  const opened: unknown = parseForeign(text.value);
  if (!isObject(opened)) return refuse(422, "invalid", "The secrets of this export cannot be read");
  const credentials = listOf(opened["credentials"]).map(closeCredential);
  const unreadable = credentials.filter((one) => one === undefined).length;
  return ok({
    ...plan,
    credentials: credentials.flatMap((one) => one ?? []),
    clients: named<ClientRecord>(opened["clients"], ["id", "hash", "name"]) as readonly ClientRecord[],
    secretSettings: secretSettings(opened["settings"]),
    modelLists: modelLists(document["modelLists"]),
    notTaken: unreadable === 0 ? [] : [`${unreadable} keys of the export cannot be read`],
  });
}

/** Keys and clients that an export without secrets only names. */
function withoutSecrets(document: JsonObject): readonly string[] {
  const keys = listOf(document["credentials"]).length;
  const clients = listOf(document["clients"]).length;
  if (keys + clients === 0) return [];
  return [`The export has no secrets in it: its ${keys} keys and ${clients} clients are not taken over`];
}

/** Decrypts the secrets: an export's with a passphrase, a backup's with the master key of its database. */
async function secretsOf(
  { secrets, sealed, salt }: JsonObject,
  { passphrase, masterKey, recover }: Unlock,
): Promise<Outcome<string | undefined>> {
  if (typeof sealed === "string") {
    const text = await recover(sealed, {
      ...(typeof salt === "string" ? { salt } : {}),
      ...(masterKey === undefined ? {} : { masterKey }),
    });
    return text === undefined ? refuse(422, "foreign_backup", whyClosed(salt, masterKey)) : ok(text);
  }
  if (!isObject(secrets)) return ok(undefined);
  if (passphrase === undefined) {
    return refuse(
      422,
      "passphrase_needed",
      "This export has secrets in it: give its passphrase",
      "passphrase",
    );
  }
  const text = await decrypt(secrets as unknown as Encrypted, passphrase);
  return text === undefined
    ? refuse(422, "wrong_passphrase", "The passphrase is not the one of this export", "passphrase")
    : ok(text);
}

/** Explains why a backup cannot be decrypted, and what is needed. */
function whyClosed(salt: unknown, masterKey: string | undefined): string {
  const wrong = masterKey === undefined
    ? "This backup was sealed with another master key than this data folder has. Name the one it was made with: " +
      "geminitro import <backup> --master-key-file <the old folder's secret.key, or a file with its GEMINITRO_MASTER_KEY>"
    : "The master key that was given is not the one this backup was sealed with";
  if (typeof salt === "string") return wrong;
  return `${wrong}. It comes from an earlier version, which kept a part of the key in the database alone: ` +
    "put what is left of that database (geminitro.sqlite3 and -wal, damaged or not) into the data folder under another " +
    "name that ends in .sqlite3, and import again";
}

function secretSettings(value: unknown): ImportPlan["secretSettings"] {
  return listOf(value).flatMap((one) =>
    isObject(one) && typeof one["name"] === "string" && typeof one["text"] === "string" &&
      isObject(one["value"])
      ? [{ name: one["name"], text: one["text"], value: one["value"] as JsonObject }]
      : []
  );
}

/** The text was written from such records; the store validates them again when they are read. */
function modelLists(value: unknown): readonly ModelListRecord[] {
  return listOf(value).filter((one) =>
    isObject(one) && typeof one["credential"] === "string"
  ) as ModelListRecord[];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Records that have the names they are known by. The store sets `updatedAt`.. */
function named<RecordType extends { readonly updatedAt: number }>(
  value: unknown,
  fields: readonly string[],
): readonly Omit<RecordType, "updatedAt">[] {
  return listOf(value).flatMap((one) => {
    if (!isObject(one) || !fields.every((field) => typeof one[field] === "string")) return [];
    const { updatedAt: _updatedAt, ...draft } = one;
    return [draft as unknown as Omit<RecordType, "updatedAt">];
  });
}

function settingsOf(value: unknown): ImportPlan["settings"] {
  return listOf(value).flatMap((one) =>
    isObject(one) && typeof one["name"] === "string" && isObject(one["value"]) && !isSealed(one["value"])
      ? [{ name: one["name"], value: one["value"] as JsonObject }]
      : []
  );
}
