import { z } from "zod";
import { isObject } from "../../core/mod.ts";
import { count, document, name, rules, seen, success, time, type Wire } from "./fields.ts";

export const SettingRow = z.object({
  variable: z.string(),
  group: z.string(),
  doc: z.string().describe("What it means, in a sentence"),
  allowed: z.string().describe("What may be written"),
  choices: z.array(z.string()).describe("The texts that it may have, where they are few").optional(),
  secret: z.boolean(),
  applies: z.enum(["now", "restart"]).describe("Whether a change holds at once, or from the next start"),
  value: z.string().nullable().describe("The text in force; of a secret `set` or `the default`"),
  fallback: z.string().nullable().describe("The default; null where there is none, and for a secret"),
  origin: z.enum(["environment", ".env", "default"]),
  next: z.string().nullable().optional().describe("The text from the next start on, where it differs"),
  elsewhere: z.string().optional(),
  fixed: z.string().optional().describe("Why it cannot be changed here"),
});
export type SettingRow = Wire<typeof SettingRow>;

export const Settings = z.object({
  autoUpdate: z.boolean(),
  verboseLogging: z.boolean(),
  running: document.describe("What holds now, from the environment; secrets are told as set or not set"),
  modelRules: z.object(rules),
  prices: z.object({
    date: z.string(),
    source: z.string(),
    verified: z.boolean().describe("False while the shipped prices were not checked: costs are estimates"),
    note: z.string(),
    models: document,
    overrides: document,
  }),
  table: z.array(SettingRow).describe("Every setting of the environment"),
  updatedAt: time,
});
export type Settings = Wire<typeof Settings>;
export const ChangedSettings = success.extend({
  ...Settings.shape,
  undo: z.string().optional().describe("Give it back within ten minutes to undo a change of `variables`"),
});

const price = z.strictObject({
  input: z.number().min(0),
  cached: z.number().min(0),
  output: z.number().min(0),
  long: z.strictObject({
    above: z.number().int().positive(),
    input: z.number().min(0),
    cached: z.number().min(0),
    output: z.number().min(0),
  }).optional(),
});

export const ChangeSettings = z.strictObject({
  autoUpdate: z.boolean().optional(),
  modelRules: z.strictObject(rules).optional(),
  prices: z.record(name, price).describe("US dollars for a million tokens, by model or beginning*")
    .optional(),
  proxyApiKey: z.string().max(200).describe("A new owner's key: it holds at once, and is written to .env")
    .optional(),
  variables: z.record(z.string().regex(/^[A-Z][A-Z_]{0,60}$/), z.string().max(50_000).nullable())
    .refine((changes) => Object.keys(changes).length <= 100, "at most 100 settings")
    .describe("Texts for .env by variable; null for back to the default").optional(),
  undo: z.string().max(200).describe("Takes a change of `variables` back").optional(),
  updatedAt: seen.optional(),
});

const preference = z.union([
  z.string().max(2_000),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(200)).max(200),
]);
export const SetPreferences = z.record(
  z.string().regex(/^[a-zA-Z][\w-]{0,60}$/, "names are letters, digits, - and _"),
  preference,
).refine((body) => Object.keys(body).length <= 100, "at most 100 preferences");

export const TestedAlert = z.object({ ok: z.boolean(), reason: z.string().optional() });

export const ConfirmProject = z.strictObject({
  credentials: z.array(z.string().max(200)).min(1).max(1_000),
  project: name,
});
export const ConfirmedProject = z.object({ project: z.string(), credentials: z.array(z.string()) });

const passphrase = z.string().min(1).max(1_000);
export const SealedExport = z.strictObject({ passphrase });

export const Backup = z.object({
  file: z.string().nullable().describe("Null when there is nothing to back up, or the database is in memory"),
  removed: count.describe("Older backups that were removed"),
});
export type Backup = Wire<typeof Backup>;

const imported = z.object({ added: count, unchanged: count, failed: count });
export const ImportReport = z.object({
  format: z.string(),
  dryRun: z.boolean(),
  keys: imported,
  clients: imported,
  aliases: imported,
  quotaGroups: imported,
  fallbacks: imported,
  caps: imported,
  settings: imported,
  modelLists: imported,
  notes: z.array(z.string()),
  notTaken: z.array(z.string()).describe("What the document holds and was not taken"),
});
export type ImportReport = Wire<typeof ImportReport>;

const importFields = z.strictObject({
  document: z.unknown().describe("An export, or another program's JSON").optional(),
  files: z.record(z.string().max(100), z.unknown()).describe("Files of a .geminitro folder, by name")
    .optional(),
  text: z.string().describe("A list of keys, or an environment file").optional(),
  passphrase: passphrase.optional(),
  masterKey: z.string().max(5_000)
    .describe("For a backup of another data folder: its secret.key, or its GEMINITRO_MASTER_KEY").optional(),
  dryRun: z.boolean().default(false),
}).refine(
  (body) => [body.document, body.files, body.text].filter((one) => one !== undefined).length === 1,
  { message: "send exactly one of document, files and text", path: ["document"] },
);

/** A file may also be the body itself, with its passphrase in a header, as a browser's upload sends it. */
export const Import = z.preprocess((body) => {
  if (!isObject(body)) return Array.isArray(body) ? { document: body } : body;
  const wrapped = "document" in body || "files" in body || "text" in body;
  const file = "format" in body || "keys" in body || "caps" in body || "API_KEYS" in body;
  return !wrapped && file ? { document: body } : body;
}, importFields) as unknown as typeof importFields;
