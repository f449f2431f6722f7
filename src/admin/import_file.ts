import { isObject, ok, type Result } from "../core/mod.ts";
import type { StoreProblem } from "../store/mod.ts";
import type { AdminDeps } from "./admin_deps.ts";
import { CAP_SCHEDULE } from "./caps.ts";
import { planBalance, planSeed, planText, SEED_FILES } from "./import_foreign.ts";
import { isOwnExport, planOwn } from "./import_own.ts";
import type { ImportPlan } from "./import_plan.ts";
import { type Outcome, refuse } from "./problem.ts";

export interface ImportInput {
  /** An export of ours, or another program's JSON. */
  readonly document?: unknown;
  /** The files of a `.geminitro` folder, by name. */
  readonly files?: Readonly<Record<string, unknown>>;
  /** A list of keys, or an environment file. */
  readonly text?: string;
  readonly passphrase?: string;
  /** Only tell what would be done. */
  readonly dryRun?: boolean;
}

export interface ImportCount {
  readonly added: number;
  /** There already: importing twice changes nothing. */
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
  readonly notes: readonly string[];
}

/** Name of the record that keeps an earlier program's figures. */
const HISTORY = "imported-history";

export async function importFile(deps: AdminDeps, input: ImportInput): Promise<Outcome<ImportReport>> {
  const plan = await planOf(input, deps.store.vault.open);
  if (!plan.ok) return plan;
  const { format, notes } = plan.value;
  const dryRun = input.dryRun ?? false;
  return ok({ format, dryRun, ...await carryOut(deps, plan.value, dryRun), notes });
}

async function planOf(
  { document, files, text, passphrase }: ImportInput,
  unseal: (sealed: string) => Promise<string>,
): Promise<Outcome<ImportPlan>> {
  if (files !== undefined) return ok(planSeed(files));
  if (text !== undefined) return await parsedText(text, passphrase, unseal);
  if (isOwnExport(document)) return await planOwn(document, passphrase, unseal);
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

async function parsedText(
  text: string,
  passphrase: string | undefined,
  unseal: (sealed: string) => Promise<string>,
): Promise<Outcome<ImportPlan>> {
  const document = jsonIn(text);
  if (document === undefined) return ok(planText(text));
  return await planOf({ document, ...(passphrase === undefined ? {} : { passphrase }) }, unseal);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function carryOut(deps: AdminDeps, plan: ImportPlan, dryRun: boolean) {
  const { store } = deps;
  if (!dryRun && plan.capSchedule !== undefined) {
    await store.settings.put(CAP_SCHEDULE, { ...plan.capSchedule });
  }
  if (!dryRun && plan.history !== undefined) await store.settings.put(HISTORY, plan.history);
  const groups = {
    clients: await putMissing(
      plan.clients,
      (one) => store.clients.get(one.id),
      (one) => store.clients.put(one),
      dryRun,
    ),
    aliases: await putMissing(
      plan.aliases,
      (one) => store.aliases.get(one.name),
      (one) => store.aliases.put(one),
      dryRun,
    ),
    quotaGroups: await putMissing(
      plan.quotaGroups,
      (one) => store.quotaGroups.get(one.name),
      (one) => store.quotaGroups.put(one),
      dryRun,
    ),
    fallbacks: await putMissing(
      plan.fallbacks,
      (one) => store.fallbacks.get(one.model),
      (one) => store.fallbacks.put(one),
      dryRun,
    ),
    caps: await putMissing(
      plan.caps,
      (one) => store.caps.get(one.model),
      (one) => store.caps.put(one),
      dryRun,
    ),
    settings: await putMissing(
      plan.settings,
      (one) => store.settings.get(one.name),
      async (one) => ok(await store.settings.put(one.name, one.value)),
      dryRun,
    ),
  };
  return { keys: await importKeys(deps, plan, dryRun), ...groups };
}

async function importKeys({ store }: AdminDeps, plan: ImportPlan, dryRun: boolean): Promise<ImportCount> {
  const count = { added: 0, unchanged: 0, failed: 0 };
  const known = new Set((await store.credentials.list()).map((one) => identity(one)));
  const tally = (outcome: Result<unknown, StoreProblem>) => {
    if (outcome.ok) count.added++;
    else if (outcome.error.kind === "duplicate") count.unchanged++;
    else count.failed++;
  };
  for (const one of [...plan.credentials, ...plan.drafts]) {
    const who = identity(one);
    if (known.has(who)) count.unchanged++;
    else if (dryRun) count.added++;
    else tally("id" in one ? await store.credentials.restore(one) : await store.credentials.add(one));
    known.add(who);
  }
  return count;
}

/** What makes two credentials the same: the key, or source and e-mail. */
function identity(one: ImportPlan["credentials"][number] | ImportPlan["drafts"][number]): string {
  if (one.source === "api_key") {
    return `key ${typeof one.key === "string" ? one.key.trim() : one.key.reveal()}`;
  }
  if ("email" in one) return `${one.source} ${one.email.toLowerCase()}`;
  return `vertex ${
    typeof one.serviceAccount === "string" ? one.serviceAccount : one.serviceAccount.reveal()
  }`;
}

/** What is there stays as it is: an import never overwrites. */
async function putMissing<Item>(
  items: readonly Item[],
  find: (item: Item) => Promise<unknown>,
  put: (item: Item) => Promise<Result<unknown, StoreProblem>>,
  dryRun: boolean,
): Promise<ImportCount> {
  const count = { added: 0, unchanged: 0, failed: 0 };
  for (const item of items) {
    if (await find(item) !== undefined) count.unchanged++;
    else if (dryRun || (await put(item)).ok) count.added++;
    else count.failed++;
  }
  return count;
}
