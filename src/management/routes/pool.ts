import { z } from "zod";
import { route } from "../route.ts";
import * as account from "../schema/account.ts";
import * as cap from "../schema/cap.ts";
import { id, name, pageOf } from "../schema/fields.ts";
import * as key from "../schema/key.ts";
import * as model from "../schema/model.ts";
import * as quota from "../schema/quota.ts";
import * as settings from "../schema/settings.ts";

const none = z.strictObject({});
const named = z.object({ name });
const ofModel = z.object({ model: name });
const removedName = z.object({ name: z.string() });

export const accountRoutes = {
  beginSignIn: route("beginSignIn", {
    tag: "Accounts",
    summary: "Begin a sign-in; open the url in a browser",
    params: z.object({ provider: account.provider }),
    body: account.BeginSignIn,
    bodyOptional: true,
    reply: account.BegunSignIn,
    errors: [422, 503],
  }),
  signInProgress: route("signInProgress", {
    tag: "Accounts",
    summary: "How far a sign-in is",
    query: account.SignInQuery,
    reply: account.SignInProgress,
  }),
  finishSignIn: route("finishSignIn", {
    tag: "Accounts",
    summary: "Finish a sign-in with a pasted address, or add an account by its refresh token",
    body: account.ManualSignIn,
    reply: account.AddedAccount,
    errors: [404, 409, 422, 502, 503],
  }),
  importAccounts: route("importAccounts", {
    tag: "Accounts",
    summary: "Take over accounts of other programs, or a Google Cloud credentials file",
    body: account.ImportAccounts,
    bodyOptional: true,
    reply: account.ImportedAccounts,
    errors: [404, 409, 422, 502, 503],
  }),
  importAntigravity: route("importAntigravity", {
    tag: "Accounts",
    summary: "The same as /api/keys/import",
    body: account.ImportAccounts,
    bodyOptional: true,
    reply: account.ImportedAccounts,
    errors: [404, 409, 422, 502, 503],
  }),
  accounts: route("accounts", {
    tag: "Accounts",
    summary: "Signed-in accounts, why they do not serve, what quota is left, and whether each source is on",
    reply: account.Accounts,
  }),
  refreshQuotas: route("refreshQuotas", {
    tag: "Accounts",
    summary: "Ask Google now what is left of every account, or of the one with this id or e-mail",
    body: account.RefreshQuotas,
    bodyOptional: true,
    reply: z.array(account.Account),
    errors: [404, 503],
  }),
  removeAccount: route("removeAccount", {
    tag: "Accounts",
    summary: "Revoke an account's sign-in at Google and remove it; by id or e-mail",
    params: id,
    reply: account.RemovedAccount,
    errors: [404, 409],
  }),
};

export const keyRoutes = {
  keys: route("keys", {
    tag: "Keys",
    summary: "Every key and account, without its secret, in the order of adding",
    reply: z.array(key.Key),
  }),
  keyPage: route("keyPage", {
    tag: "Keys",
    summary: "Keys and accounts page by page, without their secrets",
    query: key.KeysQuery,
    reply: key.KeysPage,
    errors: [400],
  }),
  keyActivity: route("keyActivity", {
    tag: "Keys",
    summary: "Calls of keys in each of the last 24 hours, and how far their fullest daily limit is used",
    query: key.ActivityQuery,
    reply: key.KeyActivity,
  }),
  addKeys: route("addKeys", {
    tag: "Keys",
    summary:
      "Add one key or many; each is checked with Google unless validate is false. With Accept: text/event-stream, progress is streamed",
    body: key.AddKeys,
    reply: key.AddedKeys,
    errors: [409, 422, 502],
  }),
  restoreKey: route("restoreKey", {
    tag: "Keys",
    summary: "Put a removed key back, with its models; or the former secret of a key that was replaced",
    body: z.strictObject({ undo: z.string().min(1).max(200) }),
    reply: key.Key,
    errors: [404, 409],
  }),
  checkAllKeys: route("checkAllKeys", {
    tag: "Keys",
    summary: "Check every key with Google now. With Accept: text/event-stream, progress is streamed",
    body: none,
    bodyOptional: true,
    reply: z.object({ results: z.array(key.CheckedKey) }),
  }),
  key: route("key", {
    tag: "Keys",
    summary: "One key or account, by its id or its last 6 or more characters",
    params: id,
    reply: key.Key,
    errors: [404, 409],
  }),
  editKey: route("editKey", {
    tag: "Keys",
    summary:
      "Change a key's label, tags, tier, project, proxy, priority, models or enable it; null takes a value away",
    params: id,
    body: key.KeyPatch,
    reply: key.Key,
    errors: [404, 409, 422],
  }),
  removeKey: route("removeKey", {
    tag: "Keys",
    summary:
      "Remove a key by its id or its last 6 or more characters, undo within ten minutes; or sign an account out and remove it",
    params: id,
    reply: key.RemovedKey,
    errors: [404, 409],
  }),
  replaceKey: route("replaceKey", {
    tag: "Keys",
    summary:
      "Put another API key in the place of one: its name, tags, project, tier, priority, caps and history stay; undo within ten minutes",
    params: id,
    body: key.ReplaceKey,
    reply: key.ReplacedKey,
    errors: [404, 409, 422, 502],
  }),
  checkKey: route("checkKey", {
    tag: "Keys",
    summary: "Check one key with Google now; a working key loses its cooldowns and its dead mark",
    params: id,
    body: none,
    bodyOptional: true,
    reply: key.CheckedKey,
    errors: [404, 409],
  }),
  liftCooldown: route("liftCooldown", {
    tag: "Keys",
    summary: "Lift a key's cooldowns, or one scope of them",
    params: id,
    body: z.strictObject({ scope: z.string().max(300).optional() }),
    bodyOptional: true,
    reply: z.object({ id: z.string() }),
    errors: [404, 409],
  }),
  confirmProject: route("confirmProject", {
    tag: "Keys",
    summary: "Say that keys belong to one project",
    body: settings.ConfirmProject,
    reply: settings.ConfirmedProject,
    errors: [404, 409, 422],
  }),
};

export const modelRoutes = {
  models: route("models", {
    tag: "Models",
    summary: "Which key has which model, and every model and alias with its limits",
    query: model.ModelsQuery,
    reply: model.Models,
  }),
  refreshModels: route("refreshModels", {
    tag: "Models",
    summary: "Ask the keys, or the named ones, for their models now",
    body: model.RefreshModels,
    bodyOptional: true,
    reply: model.RefreshedModels,
  }),
  refreshModelsToo: route("refreshModelsToo", {
    tag: "Models",
    summary: "The same as POST /api/models",
    body: model.RefreshModels,
    bodyOptional: true,
    reply: model.RefreshedModels,
  }),
  configTemplate: route("configTemplate", {
    tag: "Models",
    summary: "The ids of all models, as an agent's configuration lists them",
    reply: z.array(z.string()),
  }),
  aliases: route("aliases", {
    tag: "Models",
    summary: "Every alias with the model it leads to",
    reply: z.array(model.ListedAlias),
  }),
  putAlias: route("putAlias", {
    tag: "Models",
    summary: "Add or change an alias; circles are refused",
    params: named,
    body: model.PutAlias,
    reply: model.Alias,
    errors: [404, 409, 422],
  }),
  removeAlias: route("removeAlias", {
    tag: "Models",
    summary: "Remove an alias",
    params: named,
    reply: removedName,
    errors: [404, 409],
  }),
  quotaGroups: route("quotaGroups", {
    tag: "Models",
    summary: "Models that share limits and cooldowns",
    reply: z.array(model.ListedQuotaGroup),
  }),
  putQuotaGroup: route("putQuotaGroup", {
    tag: "Models",
    summary: "Add or change a quota group; a model is in one group at most",
    params: named,
    body: model.PutQuotaGroup,
    reply: model.QuotaGroup,
    errors: [404, 409, 422],
  }),
  removeQuotaGroup: route("removeQuotaGroup", {
    tag: "Models",
    summary: "Remove a quota group",
    params: named,
    reply: removedName,
    errors: [404, 409],
  }),
  fallbacks: route("fallbacks", {
    tag: "Models",
    summary: "Models to use when another is out",
    reply: z.array(model.Fallback),
  }),
  putFallback: route("putFallback", {
    tag: "Models",
    summary: "Set the fallbacks of a model, in order",
    params: named,
    body: model.PutFallback,
    reply: model.Fallback,
    errors: [404, 409, 422],
  }),
  removeFallback: route("removeFallback", {
    tag: "Models",
    summary: "Remove the fallbacks of a model",
    params: named,
    reply: z.object({ model: z.string() }),
    errors: [404, 409],
  }),
};

export const capRoutes = {
  caps: route("caps", {
    tag: "Caps",
    summary: "Every cap, with the time of day and the zone in which periods begin",
    reply: cap.Caps,
  }),
  putCap: route("putCap", {
    tag: "Caps",
    summary: "Add a cap, or change the one of the same model",
    body: cap.PutCap,
    reply: cap.PutCapReply,
    errors: [404, 409, 422],
  }),
  capProgress: route("capProgress", {
    tag: "Caps",
    summary: "How far each enabled cap is used in its running period",
    reply: z.array(cap.CapProgress),
  }),
  capCheck: route("capCheck", {
    tag: "Caps",
    summary: "The cap that holds for a model; null without one",
    params: ofModel,
    reply: cap.CapProgress.nullable(),
  }),
  setCapSchedule: route("setCapSchedule", {
    tag: "Caps",
    summary: "Set when periods begin: HH:MM, and local or the name of a time zone",
    body: cap.CapSchedule,
    reply: cap.CapScheduleReply,
    errors: [422],
  }),
  removeCap: route("removeCap", {
    tag: "Caps",
    summary: "Remove a cap",
    params: ofModel,
    reply: z.object({ success: z.literal(true), model: z.string() }),
    errors: [404, 409],
  }),
  buckets: route("buckets", {
    tag: "Caps",
    summary:
      "Project x model: limits, used, left, resets, origin and age of each number, forecast of exhaustion",
    query: quota.BucketsQuery,
    reply: pageOf(quota.Bucket),
    errors: [400],
  }),
  board: route("board", {
    tag: "Caps",
    summary: "Models by projects: how each stands and why, since when and until when, with its limits",
    query: quota.BoardQuery,
    reply: quota.QuotaBoard,
  }),
  limits: route("limits", {
    tag: "Caps",
    summary: "Limits of Google's that were set by hand",
    reply: z.array(quota.SetLimit),
  }),
  putLimit: route("putLimit", {
    tag: "Caps",
    summary:
      "Set limits of a model, or of a model in one project, by hand; what Google states later replaces them",
    params: named,
    body: quota.PutLimit,
    reply: quota.SetLimit,
    errors: [409, 422],
  }),
  removeLimit: route("removeLimit", {
    tag: "Caps",
    summary: "Forget what was set by hand",
    params: named,
    reply: removedName,
    errors: [404, 409],
  }),
  pool: route("pool", {
    tag: "Caps",
    summary: "Queue, slots in use and cooldowns, and keys that seem to share a project",
    reply: quota.Pool,
  }),
};
