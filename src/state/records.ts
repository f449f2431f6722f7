import {
  type ClientId,
  type Credential,
  type CredentialId,
  FAILURE_CLASSES,
  hasControlCharacter,
  type JsonObject,
  type ModelRules,
  Secret,
  type SourceName,
  SOURCES,
  sourcesOf,
  storedFailureClass,
  TIERS,
} from "../core/mod.ts";
import {
  byField,
  idOf,
  jsonObject,
  listOf,
  Mismatch,
  number,
  objectOf,
  oneOf,
  optional,
  type Shape,
  text,
  truth,
  type ValueOf,
  where,
} from "./shape.ts";

/**
 * Every kind of configuration record, each defined once: the same shape gives its type, parses stored values and checks new
 * ones.
 */

/** Longest name in characters: names become part of a key of the database, which has little room. */
export const NAME_LENGTH = 256;

const texts = listOf(text);

/** Refuses empty and overlong names, and invisible characters. */
function nameOf(field: string): Shape<string> {
  const filled = where(text, (value) => value.trim() !== "", `Give a ${field}: it is empty.`);
  const bounded = where(
    filled,
    (value) => value.length <= NAME_LENGTH,
    `The ${field} is longer than ${NAME_LENGTH} characters.`,
  );
  return where(
    bounded,
    (value) => !hasControlCharacter(value),
    `The ${field} has a control character in it.`,
  );
}

/** Glob patterns of models that are allowed or denied; absent means no rule. */
const rulesFields = { allowModels: optional(texts), denyModels: optional(texts) };
const modelRules = objectOf(rulesFields);

/** Epoch milliseconds of the last edit, for optimistic concurrency. */
const stamp = { updatedAt: number };

const failureClass = oneOf(FAILURE_CLASSES);
const death = objectOf({
  class: (value, field) => failureClass(storedFailureClass(value) ?? value, field),
  reason: text,
  at: number,
  code: optional(text),
  status: optional(number),
  link: optional(text),
});

const secret: Shape<Secret> = (value, field) => new Secret(text(value, field));

const credentialFields = {
  id: idOf<CredentialId>(),
  label: text,
  tail: text,
  tier: oneOf(TIERS),
  project: optional(text),
  enabled: truth,
  priority: number,
  dead: optional(death),
  proxy: optional(text),
  tags: optional(texts),
  ...rulesFields,
  createdAt: number,
  ...stamp,
};
const access = { accessToken: optional(secret), accessExpiresAt: optional(number) };

const account = objectOf({
  source: oneOf(sourcesOf("oauth")),
  ...credentialFields,
  email: text,
  refreshToken: secret,
  ...access,
  codeAssistProject: optional(text),
  consumer: optional(truth),
  clientId: optional(text),
  clientSecret: optional(secret),
});

/** A credential with its secrets as plain text; in a parsed one they are `Secret`s. */
const credentialRecord: Shape<Credential> = byField<Credential>(
  "source",
  {
    api_key: objectOf({ source: oneOf(["api_key"]), ...credentialFields, key: secret }),
    antigravity: account,
    gemini_cli: account,
    vertex: objectOf({
      source: oneOf(["vertex"]),
      ...credentialFields,
      serviceAccount: secret,
      location: text,
      ...access,
    }),
  } satisfies Readonly<Record<SourceName, Shape<Credential>>>,
);

const aliasRecord = objectOf({ name: nameOf("name"), target: nameOf("target"), ...stamp });
export type AliasRecord = ValueOf<typeof aliasRecord>;

const quotaGroupRecord = objectOf({
  name: nameOf("name"),
  models: where(texts, (models) => models.length > 0, "A quota group needs at least one model."),
  ...stamp,
});
export type QuotaGroupRecord = ValueOf<typeof quotaGroupRecord>;

const fallbackRecord = where(
  objectOf({
    model: nameOf("name"),
    to: where(texts, (to) => to.length > 0, "A fallback needs at least one other model."),
    ...stamp,
  }),
  ({ model, to }) => !to.includes(model),
  "A model cannot fall back to itself.",
  "to",
);
/** Used when every bucket of `model` is out, in order. */
export type FallbackRecord = ValueOf<typeof fallbackRecord>;

const limitRule = "The limit must be a whole number, 0 or more.";
const thresholdRule = "The alert threshold is a percentage between 0 and 100.";
const capRecord = objectOf({
  model: nameOf("name"),
  limit: where(number, (limit) => Number.isSafeInteger(limit) && limit >= 0, limitRule),
  unit: oneOf(["requests", "tokens"]),
  period: oneOf(["hourly", "daily", "weekly", "monthly"]),
  alertThreshold: where(number, (percent) => percent >= 0 && percent <= 100, thresholdRule),
  action: oneOf(["try_next", "reject"]),
  enabled: truth,
  ...stamp,
});
/**
 * A cap set by the user. `model` is a model id, `group:<name>` or `client:<id>`; `alertThreshold` the per cent of the limit at
 * which a warning goes out.
 */
export type CapRecord = ValueOf<typeof capRecord>;

const clientRecord = objectOf({
  id: where(idOf<ClientId>(), (id) => id !== "", "Give an id: it is empty."),
  name: nameOf("name"),
  hash: text,
  tail: text,
  allowModels: optional(texts),
  requestsPerMinute: optional(number),
  budget: optional(objectOf({
    unit: oneOf(["tokens", "usd", "requests"]),
    limit: number,
    period: oneOf(["daily", "weekly", "monthly", "total"]),
  })),
  expiresAt: optional(number),
  createdAt: number,
  revoked: truth,
  ...stamp,
});
/** A further bearer token. Only its SHA-256 is kept. */
export type ClientRecord = ValueOf<typeof clientRecord>;

const listedModel = objectOf({
  id: text,
  displayName: optional(text),
  inputTokenLimit: optional(number),
  outputTokenLimit: optional(number),
  methods: texts,
  thinking: optional(truth),
});
const modelListRecord = objectOf({
  credential: idOf<CredentialId>(),
  source: oneOf(SOURCES),
  at: number,
  models: listOf(listedModel),
});
/** The models of one credential, as its source listed them at `at` (epoch milliseconds). */
export type ModelListRecord = ValueOf<typeof modelListRecord>;

/** Preferences, prices, model rules, cap schedule and others: one document per name. */
const settingRecord: Shape<JsonObject> = jsonObject;

const processRecord = objectOf({
  id: text,
  startedAt: number,
  /** Epoch milliseconds; in a snapshot as of the process's start, since a heartbeat does not change the configuration. */
  until: number,
  host: optional(text),
  pid: optional(number),
});
/** One live process of this database. */
export type ProcessRecord = ValueOf<typeof processRecord>;

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

const SHAPES: { readonly [Name in Section]: Shape<ConfigRecordOf[Name]> } = {
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
export const SECTIONS = Object.keys(SHAPES) as readonly Section[];

/** A value that does not fit its shape; `field` is empty when the whole value is at fault. */
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
  try {
    return { ok: true, value: SHAPES[section](value, "") };
  } catch (cause) {
    if (!(cause instanceof Mismatch)) throw cause;
    return { ok: false, error: { field: cause.field, message: cause.message } };
  }
}

/** The rules in a document; undefined when it has no valid ones. */
export function readModelRules(document: unknown): ModelRules | undefined {
  try {
    return modelRules(document, "");
  } catch {
    return undefined;
  }
}
