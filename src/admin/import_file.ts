import { describeFault, isObject, ok, parseForeign, type Result } from "../core/mod.ts";
import type { StoreProblem } from "../store/mod.ts";
import { type AdminDeps, type Outcome, refuse } from "./admin_deps.ts";
import { SETTING } from "../state/mod.ts";
import { planBalance, planSeed, planText, SEED_FILES } from "./import_foreign.ts";
import { isOwnExport, planOwn, type Unlock } from "./import_own.ts";
import { type ImportPlan, MOST_KEYS } from "./import_plan.ts";

export interface ImportInput {
  /** An export of ours, or another program's JSON. */
  readonly document?: unknown;
  /** The files of a `.geminitro` folder, by name. */
  readonly files?: Readonly<Record<string, unknown>>;
  /** A list of keys, or an environment file. */
  readonly text?: string;
  readonly passphrase?: string;
  /** The master key of the database that a backup was made of, where it is not this one's. */
  readonly masterKey?: string;
  /** Only report what would be done. */
  readonly dryRun?: boolean;
}

export interface ImportCount {
  readonly added: number;
  /** Items that exist already: importing twice changes nothing. */
  readonly unchanged: number;
  readonly failed: number;
}

export interface ImportReport {
  readonly format: string;
  readonly dryRun: boolean;
  readonly keys: ImportCount;
  readonly clients: ImportCount;
  readonly aliases: ImportCount;
  readonly quotaGroups: ImportCount;
  readonly fallbacks: ImportCount;
  readonly caps: ImportCount;
  readonly settings: ImportCount;
  readonly modelLists: ImportCount;
  /** Notes for the user, one sentence each; including what was not imported. */
  readonly notes: readonly string[];
  /** Parts of the document that were not imported, one sentence each. */
  readonly notTaken: readonly string[];
}

/** Name of the record that keeps an earlier program's figures. */
const HISTORY = "imported-history";

export async function importFile(deps: AdminDeps, input: ImportInput): Promise<Outcome<ImportReport>> {
  const { passphrase, masterKey } = input;
  const plan = await planned(deps, input, {
    recover: deps.store.vault.recover,
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(masterKey === undefined ? {} : { masterKey }),
  });
  if (!plan.ok) return plan;
  const tooMuch = excessOf(plan.value);
  if (tooMuch !== undefined) return tooMuch;
  if (plan.value.format !== "geminitro" && holdsNothing(plan.value)) {
    return refuse(422, "nothing_found", NOTHING_FOUND, "document");
  }
  const { format, notes } = plan.value;
  const dryRun = input.dryRun ?? false;
  const notTaken = [...plan.value.notTaken];
  const counts = await carryOut(deps, plan.value, { dryRun, notTaken });
  return ok({ format, dryRun, ...counts, notes: [...notes, ...notTaken], notTaken });
}

/**
 * A document may come from anywhere: one whose parts do not have the expected form is refused with a message,
 * not with a crash.
 */
async function planned(deps: AdminDeps, input: ImportInput, unlock: Unlock): Promise<Outcome<ImportPlan>> {
  try {
    return await planOf(input, unlock);
  } catch (cause) {
    deps.ledger.log("warn", "config", "A document could not be read for import", {
      error: describeFault(cause),
    });
    return refuse(
      422,
      "unknown_format",
      "The document's parts are not of the kind that such a document has: nothing was taken",
      "document",
    );
  }
}

/** Records of each kind that one document may bring; each is a commit of its own. */
const MOST_RECORDS = 2_000;

function excessOf(plan: ImportPlan): Outcome<never> | undefined {
  const keys = plan.credentials.length + plan.drafts.length;
  if (keys > MOST_KEYS) {
    return refuse(413, "too_many", `At most ${MOST_KEYS} keys can be imported at once`, "keys");
  }
  for (
    const kind of [
      "clients",
      "aliases",
      "quotaGroups",
      "fallbacks",
      "caps",
      "settings",
      "modelLists",
    ] as const
  ) {
    if (plan[kind].length <= MOST_RECORDS) continue;
    return refuse(413, "too_many", `At most ${MOST_RECORDS} ${kind} can be imported at once`, kind);
  }
  return undefined;
}

const NOTHING_FOUND =
  "There is nothing in it that can be taken over: no export or backup of GemiNitro, no keys.json of a " +
  ".geminitro folder, no API_KEYS, and no word that looks like a Gemini key";

function holdsNothing(plan: ImportPlan): boolean {
  const { credentials, drafts, clients, aliases, quotaGroups, fallbacks, caps, settings } = plan;
  return [credentials, drafts, clients, aliases, quotaGroups, fallbacks, caps, settings].every((group) =>
    group.length === 0
  ) && plan.history === undefined && plan.capSchedule === undefined;
}

async function planOf(
  { document, files, text }: Pick<ImportInput, "document" | "files" | "text">,
  unlock: Unlock,
): Promise<Outcome<ImportPlan>> {
  if (files !== undefined) return ok(planSeed(files));
  if (text !== undefined) return await parsedText(text, unlock);
  if (isOwnExport(document)) return await planOwn(document, unlock);
  if (Array.isArray(document)) return ok(planSeed({ "keys.json": document }));
  if (isObject(document)) {
    const balance = planBalance(document);
    if (balance !== undefined) return ok(balance);
    if (Array.isArray(document["keys"])) return ok(planSeed({ "keys.json": document }));
    if (Array.isArray(document["caps"])) return ok(planSeed({ "usage_caps.json": document }));
    if (SEED_FILES.some((name) => name in document)) return ok(planSeed(document));
  }
  return refuse(
    422,
    "unknown_format",
    "This is no export of GemiNitro, no .geminitro folder and no list of keys",
    "document",
  );
}

async function parsedText(text: string, unlock: Unlock): Promise<Outcome<ImportPlan>> {
  const document = jsonIn(text);
  return document === undefined ? ok(planText(text)) : await planOf({ document }, unlock);
}

function jsonIn(text: string): unknown {
  try {
    return parseForeign(text);
  } catch {
    return undefined;
  }
}

/** Options of an import. */
interface Way {
  readonly dryRun: boolean;
  /** Receives a sentence for each part that was not imported. */
  readonly notTaken: string[];
}

/**
 * Stores each item on its own and only where it is missing, so that the same import continues after an
 * interruption.
 */
async function carryOut(deps: AdminDeps, plan: ImportPlan, way: Way) {
  const { store } = deps;
  await putSingles(deps, plan, way);
  const groups = {
    clients: await putMissing("client", plan.clients, (one) => one.id, store.clients, way),
    aliases: await putMissing("alias", plan.aliases, (one) => one.name, store.aliases, way),
    quotaGroups: await putMissing("quota group", plan.quotaGroups, (one) => one.name, store.quotaGroups, way),
    fallbacks: await putMissing("fallback", plan.fallbacks, (one) => one.model, store.fallbacks, way),
    caps: await putMissing("cap", plan.caps, (one) => one.model, store.caps, way),
    settings: await putMissing("setting", plan.settings, (one) => one.name, settingsOf(deps), way),
  };
  const keys = await importKeys(deps, plan, way);
  return { keys, ...groups, modelLists: await importModelLists(deps, plan, way) };
}

async function putSingles({ store }: AdminDeps, plan: ImportPlan, { dryRun }: Way): Promise<void> {
  if (dryRun) return;
  if (plan.capSchedule !== undefined) await store.settings.put(SETTING.schedule, { ...plan.capSchedule });
  if (plan.history !== undefined) await store.settings.put(HISTORY, plan.history);
  for (const { name, value } of plan.poolState) {
    if (await store.poolState.get(name) === undefined) await store.poolState.put(name, value);
  }
  for (const { name, value, text } of plan.secretSettings) {
    if (await store.settings.get(name) !== undefined) continue;
    await store.settings.put(name, { ...value, sealed: await store.vault.seal(text) });
  }
}

type Setting = ImportPlan["settings"][number];

function settingsOf({ store }: AdminDeps) {
  return {
    async get(name: string): Promise<Setting | undefined> {
      const value = await store.settings.get(name);
      return value === undefined ? undefined : { name, value };
    },
    put: async (one: Setting) => ok(await store.settings.put(one.name, one.value)),
  };
}

async function importModelLists(
  { store }: AdminDeps,
  { modelLists }: ImportPlan,
  { dryRun }: Way,
): Promise<ImportCount> {
  const there = new Set((await store.modelLists.list()).map((list) => list.credential));
  const known = new Set((await store.credentials.list()).map((one) => one.id));
  const count = { added: 0, unchanged: 0, failed: 0 };
  for (const list of modelLists) {
    if (there.has(list.credential)) count.unchanged++;
    else if (dryRun) count.added++;
    else if (known.has(list.credential)) {
      await store.modelLists.put(list);
      count.added++;
    }
  }
  return count;
}

async function importKeys(
  { store }: AdminDeps,
  plan: ImportPlan,
  { dryRun, notTaken }: Way,
): Promise<ImportCount> {
  const count = { added: 0, unchanged: 0, failed: 0 };
  const known = new Set((await store.credentials.list()).map((one) => identity(one)));
  const tally = (outcome: Result<unknown, StoreProblem>, number: number) => {
    if (outcome.ok) count.added++;
    else if (outcome.error.kind === "duplicate") count.unchanged++;
    else {
      count.failed++;
      notTaken.push(`Key number ${number}: ${reasonOf(outcome.error)}`);
    }
  };
  for (const [index, one] of [...plan.credentials, ...plan.drafts].entries()) {
    const who = identity(one);
    const host = one.proxy === undefined
      ? undefined
      : URL.parse(one.proxy)?.host ?? "an address that is none";
    if (host !== undefined) {
      notTaken.push(`Key number ${index + 1} is used through a proxy of its own: ${host}`);
    }
    if (known.has(who)) count.unchanged++;
    else if (dryRun) count.added++;
    else {tally(
        "id" in one ? await store.credentials.restore(one) : await store.credentials.add(one),
        index + 1,
      );}
    known.add(who);
  }
  return count;
}

function reasonOf(problem: StoreProblem): string {
  return problem.kind === "invalid" ? problem.message : problem.kind;
}

/** The identity of a credential: its key, or source and e-mail. */
function identity(one: ImportPlan["credentials"][number] | ImportPlan["drafts"][number]): string {
  if ("key" in one) {
    return `key ${typeof one.key === "string" ? one.key.trim() : one.key.reveal()}`;
  }
  if ("email" in one) return `${one.source} ${one.email.toLowerCase()}`;
  return `vertex ${
    typeof one.serviceAccount === "string" ? one.serviceAccount : one.serviceAccount.reveal()
  }`;
}

/**
 * Stores items that are missing. An import never overwrites: existing items stay, and those that differ are
 * reported.
 */
async function putMissing<Item extends object>(
  kind: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
  records: {
    get(name: string): Promise<object | undefined>;
    put(item: Item): Promise<Result<unknown, StoreProblem>>;
  },
  { dryRun, notTaken }: Way,
): Promise<ImportCount> {
  const count = { added: 0, unchanged: 0, failed: 0 };
  for (const item of items) {
    const name = nameOf(item);
    const there = await records.get(name);
    if (there !== undefined) {
      count.unchanged++;
      if (differ(there, item)) {
        notTaken.push(`The ${kind} ${name} is there already with other values, which stay`);
      }
      continue;
    }
    const put = dryRun ? ok(undefined) : await records.put(item);
    if (put.ok) count.added++;
    else {
      count.failed++;
      notTaken.push(`The ${kind} ${name}: ${reasonOf(put.error)}`);
    }
  }
  return count;
}

/** Whether two records differ, regardless of the order of their fields. */
function differ(there: object, item: object): boolean {
  const plain = (record: object) => {
    const { updatedAt: _updatedAt, ...rest } = record as { updatedAt?: number };
    return JSON.stringify(
      rest,
      (_key, value) =>
        isObject(value)
          ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1))
          : value,
    );
  };
  return plain(there) !== plain(item);
}
