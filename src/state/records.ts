import { z } from "zod";
import {
  type ClientId,
  type Credential,
  type CredentialId,
  FAILURE_CLASSES,
  type JsonObject,
  Secret,
  SOURCES,
  storedFailureClass,
  TIERS,
} from "../core/mod.ts";

/**
 * Every kind of configuration record, each defined once: its type is inferred, stored values are parsed and new ones are
 * checked by the same schema.
 */

/** Longest name in characters: names become part of a key of the database, which has little room. */
export const NAME_LENGTH = 256;

const text = z.string();
const texts = z.array(text).readonly();
const idOf = <Id extends string>() => z.custom<Id>((value) => typeof value === "string", "is not a text");

/** Refuses empty and overlong names, and characters that would not show. */
const nameOf = (field: string) =>
  text
    .refine((value) => value.trim() !== "", `Give a ${field}: it is empty.`)
    .max(NAME_LENGTH, `The ${field} is longer than ${NAME_LENGTH} characters.`)
    // deno-lint-ignore no-control-regex
    .refine((value) => !/[\u0000-\u001f\u007f]/.test(value), `The ${field} has a control character in it.`);

/** Glob patterns of models that may or may not be served; absent means no rule. */
export const modelRules = z.object({ allowModels: texts.exactOptional(), denyModels: texts.exactOptional() });

/** Epoch milliseconds of the last edit, for optimistic concurrency. */
const stamp = { updatedAt: z.number() };

const death = z.object({
  class: z.preprocess((name) => storedFailureClass(name) ?? name, z.enum(FAILURE_CLASSES)),
  reason: text,
  at: z.number(),
  code: text.exactOptional(),
  status: z.number().exactOptional(),
  link: text.exactOptional(),
}).readonly();

const secret = text.transform((value) => new Secret(value));

const credentialFields = {
  id: idOf<CredentialId>(),
  label: text,
  tags: texts.exactOptional(),
  tail: text,
  tier: z.enum(TIERS),
  project: text.exactOptional(),
  enabled: z.boolean(),
  priority: z.number(),
  dead: death.exactOptional(),
  proxy: text.exactOptional(),
  ...modelRules.shape,
  createdAt: z.number(),
  ...stamp,
};
const access = { accessToken: secret.exactOptional(), accessExpiresAt: z.number().exactOptional() };

/** A credential with its secrets as plain text; in a parsed one they are `Secret`s. */
const credentialRecord: z.ZodType<Credential, unknown> = z.discriminatedUnion("source", [
  z.object({ source: z.literal("api_key"), ...credentialFields, key: secret }),
  z.object({
    source: z.enum(["antigravity", "gemini_cli"]),
    ...credentialFields,
    email: text,
    refreshToken: secret,
    ...access,
    codeAssistProject: text.exactOptional(),
    consumer: z.boolean().exactOptional(),
    clientId: text.exactOptional(),
    clientSecret: secret.exactOptional(),
  }),
  z.object({
    source: z.literal("vertex"),
    ...credentialFields,
    serviceAccount: secret,
    location: text,
    ...access,
  }),
]);

const aliasRecord = z.object({ name: nameOf("name"), target: nameOf("target"), ...stamp });
export type AliasRecord = Readonly<z.infer<typeof aliasRecord>>;

const quotaGroupRecord = z.object({
  name: nameOf("name"),
  models: texts.refine((models) => models.length > 0, "A quota group needs at least one model."),
  ...stamp,
});
export type QuotaGroupRecord = Readonly<z.infer<typeof quotaGroupRecord>>;

const fallbackRecord = z.object({
  model: nameOf("name"),
  to: texts.refine((to) => to.length > 0, "A fallback needs at least one other model."),
  ...stamp,
}).refine(({ model, to }) => !to.includes(model), {
  message: "A model cannot fall back to itself.",
  path: ["to"],
});
/** Used when every bucket of `model` is out, in order. */
export type FallbackRecord = Readonly<z.infer<typeof fallbackRecord>>;

const limitRule = "The limit must be a whole number, 0 or more.";
const thresholdRule = "The alert threshold is a percentage between 0 and 100.";
const capRecord = z.object({
  model: nameOf("name"),
  limit: z.number().refine((limit) => Number.isSafeInteger(limit) && limit >= 0, limitRule),
  unit: z.enum(["requests", "tokens"]),
  period: z.enum(["hourly", "daily", "weekly", "monthly"]),
  alertThreshold: z.number().min(0, thresholdRule).max(100, thresholdRule),
  action: z.enum(["try_next", "reject"]),
  enabled: z.boolean(),
  ...stamp,
});
/**
 * A cap set by the user. `model` is a model id, `group:<name>` or `client:<id>`; `alertThreshold` the per cent of the limit at
 * which a warning goes out.
 */
export type CapRecord = Readonly<z.infer<typeof capRecord>>;

const clientRecord = z.object({
  id: idOf<ClientId>().refine((id) => id !== "", "Give an id: it is empty."),
  name: nameOf("name"),
  hash: text,
  tail: text,
  allowModels: texts.exactOptional(),
  requestsPerMinute: z.number().exactOptional(),
  budget: z.object({
    unit: z.enum(["tokens", "usd", "requests"]),
    limit: z.number(),
    period: z.enum(["daily", "weekly", "monthly", "total"]),
  }).readonly().exactOptional(),
  expiresAt: z.number().exactOptional(),
  createdAt: z.number(),
  revoked: z.boolean(),
  ...stamp,
});
/** A further bearer token. Only its SHA-256 is kept. */
export type ClientRecord = Readonly<z.infer<typeof clientRecord>>;

const listedModel = z.object({
  id: text,
  displayName: text.exactOptional(),
  inputTokenLimit: z.number().exactOptional(),
  outputTokenLimit: z.number().exactOptional(),
  methods: texts,
  thinking: z.boolean().exactOptional(),
}).readonly();
const modelListRecord = z.object({
  credential: idOf<CredentialId>(),
  source: z.enum(SOURCES),
  at: z.number(),
  models: z.array(listedModel).readonly(),
});
/** The models of one credential, as its source listed them at `at` (epoch milliseconds). */
export type ModelListRecord = Readonly<z.infer<typeof modelListRecord>>;

/** Preferences, prices, model rules, cap schedule and others: one document per name. */
const settingRecord: z.ZodType<JsonObject, unknown> = z.record(text, z.json());

const processRecord = z.object({
  id: text,
  startedAt: z.number(),
  /** Epoch milliseconds; in a snapshot as of the process's start, since a heartbeat is no change of the configuration. */
  until: z.number(),
  host: text.exactOptional(),
  pid: z.number().exactOptional(),
});
/** One live process of this database. */
export type ProcessRecord = Readonly<z.infer<typeof processRecord>>;

/** Names of settings that more than one module reads. */
export const SETTING = { rules: "model-rules", prices: "prices", schedule: "cap-schedule" } as const;

/** `resetTime` is `HH:MM`, `timezone` is `local` or an IANA name. */
export interface CapSchedule {
  readonly resetTime: string;
  readonly timezone: string;
}

export function isTime(value: string): boolean {
  return /^([01]\d|2[0-3]):[0-5]\d$/.test(value);
}

/** True for `local` and for every zone that the platform knows. */
export function isTimezone(name: string): boolean {
  if (name === "local") return true;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Every kind of record by its section of the database. */
export interface ConfigRecordOf {
  readonly credential: Credential;
  readonly model_list: ModelListRecord;
  readonly alias: AliasRecord;
  readonly quota_group: QuotaGroupRecord;
  readonly fallback: FallbackRecord;
  readonly cap: CapRecord;
  readonly client: ClientRecord;
  readonly setting: JsonObject;
  readonly process: ProcessRecord;
}
export type Section = keyof ConfigRecordOf;

const SCHEMAS: { readonly [Name in Section]: z.ZodType<ConfigRecordOf[Name], unknown> } = {
  credential: credentialRecord,
  model_list: modelListRecord,
  alias: aliasRecord,
  quota_group: quotaGroupRecord,
  fallback: fallbackRecord,
  cap: capRecord,
  client: clientRecord,
  setting: settingRecord,
  process: processRecord,
};
export const SECTIONS = Object.keys(SCHEMAS) as readonly Section[];

/** A value that does not fit its schema; `field` is empty when the whole value is at fault. */
export interface RecordProblem {
  readonly field: string;
  readonly message: string;
}

/** Parses a record, or names the first field that is wrong. */
export function parseRecord<Name extends Section>(
  section: Name,
  value: unknown,
):
  | { readonly ok: true; readonly value: ConfigRecordOf[Name] }
  | { readonly ok: false; readonly error: RecordProblem } {
  const parsed = SCHEMAS[section].safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return {
    ok: false,
    error: { field: issue?.path.join(".") ?? "", message: issue?.message ?? "is not a record" },
  };
}
