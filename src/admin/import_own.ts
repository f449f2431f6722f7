import { isObject, type JsonObject, ok } from "../core/mod.ts";
import type { AliasRecord, CapRecord, ClientRecord, FallbackRecord, QuotaGroupRecord } from "../store/mod.ts";
import { closeCredential } from "./credential_file.ts";
import { isSealed } from "./export_file.ts";
import { emptyPlan, type ImportPlan } from "./import_plan.ts";
import { decrypt, type Encrypted } from "./passphrase.ts";
import { type Outcome, refuse } from "./problem.ts";

export function isOwnExport(document: unknown): document is JsonObject {
  return isObject(document) && document["format"] === "geminitro-export";
}

/** Reads our own export; its records are checked again by the store when they are put. */
export async function planOwn(
  document: JsonObject,
  passphrase: string | undefined,
  unseal: (sealed: string) => Promise<string>,
): Promise<Outcome<ImportPlan>> {
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
  };
  const text = await secretsOf(document, passphrase, unseal);
  if (!text.ok) return text;
  if (text.value === undefined) {
    return ok({ ...plan, notes: ["The export has no secrets in it: keys and clients are not taken over"] });
  }
  const opened: unknown = JSON.parse(text.value);
  if (!isObject(opened)) return refuse(422, "invalid", "The secrets of this export cannot be read");
  return ok({
    ...plan,
    credentials: listOf(opened["credentials"]).flatMap((one) => closeCredential(one) ?? []),
    clients: named<ClientRecord>(opened["clients"], ["id", "hash", "name"]) as readonly ClientRecord[],
  });
}

/** An export's secrets lie under a passphrase, a backup's under the key of its own database. */
async function secretsOf(
  { secrets, sealed }: JsonObject,
  passphrase: string | undefined,
  unseal: (sealed: string) => Promise<string>,
): Promise<Outcome<string | undefined>> {
  if (typeof sealed === "string") {
    try {
      return ok(await unseal(sealed));
    } catch {
      return refuse(
        422,
        "foreign_backup",
        "This backup belongs to another database: restore its key file first",
      );
    }
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

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Records that have the texts they are known by. `updatedAt` is the store's to give. */
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
