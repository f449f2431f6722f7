import { z } from "zod";
import { isObject } from "../../core/mod.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { anything } from "./fields.ts";
import { definedOnly } from "./key_endpoints.ts";

const passphrase = z.string().min(1).max(1_000);
const count = z.object({ added: z.number(), unchanged: z.number(), failed: z.number() });

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

/** A file may also be the body itself, its passphrase in a header: what a browser's upload sends. */
const importBody = z.preprocess((body) => {
  if (!isObject(body)) return Array.isArray(body) ? { document: body } : body;
  const wrapped = "document" in body || "files" in body || "text" in body;
  const file = "format" in body || "keys" in body || "caps" in body || "API_KEYS" in body;
  return !wrapped && file ? { document: body } : body;
}, importFields);

/** Carries the passphrase where there is no body for it. */
const PASSPHRASE_HEADER = "x-geminitro-passphrase";

function passphraseOf(request: Request): { readonly passphrase?: string } {
  const header = request.headers.get(PASSPHRASE_HEADER) ?? "";
  return header === "" ? {} : { passphrase: header };
}

const report = z.object({
  format: z.string(),
  dryRun: z.boolean(),
  keys: count,
  clients: count,
  aliases: count,
  quotaGroups: count,
  fallbacks: count,
  caps: count,
  settings: count,
  modelLists: count,
  notes: z.array(z.string()),
  notTaken: z.array(z.string()).describe("What the document holds and was not taken, one sentence each"),
});

export const transferEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/api/export",
    id: "exportOpen",
    tag: "Transfer",
    summary:
      `Everything that was set, without any secret; with the header ${PASSPHRASE_HEADER}, keys are in it, encrypted`,
    errors: [422],
    reply: anything,
    handle: ({ admin, request }) => admin.exportFile(passphraseOf(request).passphrase),
  }),
  endpoint({
    method: "post",
    path: "/api/export",
    id: "exportSealed",
    tag: "Transfer",
    summary: "Everything that was set, with keys and client tokens encrypted under a passphrase",
    body: z.strictObject({ passphrase }),
    reply: anything,
    errors: [422],
    handle: ({ admin }, { body }) => admin.exportFile(body.passphrase),
  }),
  endpoint({
    method: "post",
    path: "/api/backup",
    id: "backUp",
    tag: "Transfer",
    summary: "Write today's backup now, sealed with the master key, into the data folder",
    reply: z.object({
      file: z.string().nullable().describe(
        "Null when there is nothing to back up, or the database is in memory",
      ),
      removed: z.number().describe("Older backups that were removed"),
    }),
    handle: ({ admin }) => admin.backUp(),
  }),
  endpoint({
    method: "post",
    path: "/api/import",
    id: "import",
    tag: "Transfer",
    summary:
      "Take over an export, an earlier .geminitro folder, gemini-balance's keys or a plain list; what is there stays",
    body: importBody,
    bodyLimit: 64_000_000,
    reply: report,
    errors: [422],
    handle: ({ admin, request }, { body }) =>
      admin.importFile({ ...passphraseOf(request), ...definedOnly(body) }),
  }),
];
