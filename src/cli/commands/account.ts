import { backText } from "../../core/mod.ts";
import type { AccountView } from "../../oauth/mod.ts";
import { findAccount, openAccounts } from "../accounts.ts";
import { bar, shortIds } from "../style.ts";
import { type Command, CommandError, type Context } from "../command.ts";

/** The bar of a quota is yellow from this percentage on. */
const ALERT_PERCENT = 80;

export const accountList: Command = {
  name: "account list",
  summary: "List all signed-in accounts with their state and the quota that Google says is left",
  usage: "",
  examples: [{ line: "geminitro account list", says: "Antigravity, Gemini CLI and Vertex AI" }],
  options: [],
  takes: { least: 0, most: 0 },
  async run(context) {
    const accounts = await (await openAccounts(context)).accounts();
    const { out } = context;
    out.json(accounts);
    if (accounts.length === 0) {
      return out.line("There are no accounts. Sign in: geminitro login <source>");
    }
    const ids = shortIds(accounts.map(({ id }) => id));
    out.table(
      ["ID", "ACCOUNT", "SOURCE", "TIER", "PROJECT", "STATE"],
      accounts.map(({ id, email, source, tier, project, state }) => [
        ids.get(id) ?? id,
        email,
        source,
        tier,
        project ?? "-",
        state === "ready" ? out.style.green(state) : out.style.yellow(state.replaceAll("_", " ")),
      ]),
    );
    showTroubles(accounts, context);
    showQuotas(accounts, context);
    // Accounts are mostly verified on a phone.
    for (const { email, state, link } of accounts) {
      if (state !== "needs_verification" || link === undefined) continue;
      out.line();
      out.line(`Verify ${email}: ${link}`);
      await showQrCode(context, link);
    }
  },
};

/** Why accounts do not serve, when they are tried again, and what brings them back. */
function showTroubles(accounts: readonly AccountView[], { out }: Context): void {
  const lines = accounts.flatMap(({ email, reason, remedy, link, until }) => {
    const again = until === undefined ? undefined : `Tried again ${backText(until, Date.now())}.`;
    const words = [reason, again, remedy, link].filter((word) => word !== undefined);
    return words.length === 0 ? [] : [`${email}: ${words.join(" ")}`];
  });
  if (lines.length > 0) out.line();
  for (const line of lines) out.line(line);
}

function showQuotas(accounts: readonly AccountView[], { out }: Context): void {
  const now = Date.now();
  const rows = accounts.flatMap(({ email, quota }) =>
    (quota?.buckets ?? []).map((bucket) => [
      email,
      bucket.label,
      bucket.window,
      bucket.remaining === undefined
        ? "not said"
        : bar((1 - bucket.remaining) * 100, ALERT_PERCENT, out.style),
      bucket.resetsAt === undefined ? "-" : backText(bucket.resetsAt, now),
    ])
  );
  if (rows.length === 0) return;
  out.line();
  out.table(["ACCOUNT", "QUOTA", "WINDOW", "USED", "RESETS"], rows);
  for (const { email, quota } of accounts) {
    if (quota?.problem !== undefined) out.line(`${email}: these numbers are old: ${quota.problem}`);
  }
}

export const accountQuota: Command = {
  name: "account quota",
  summary: "Show what is left of the quota of all accounts, or of one",
  usage: "[e-mail or id]",
  examples: [{
    line: "geminitro account quota --refresh",
    says: "Ask Google now; asking often looks like abuse",
  }],
  options: [{ name: "refresh", short: "r", summary: "Ask Google now" }],
  takes: { least: 0, most: 1 },
  async run(context) {
    const [wanted] = context.args;
    const service = await openAccounts(context);
    const known = await service.accounts();
    const account = wanted === undefined ? undefined : findAccount(known, wanted);
    if (context.flag("refresh")) {
      await (await context.client()).refreshQuotas(account === undefined ? {} : { account: account.id });
    }
    const now = context.flag("refresh") ? await service.accounts() : known;
    const accounts = now.filter(({ id }) => account === undefined || id === account.id);
    context.out.json(accounts);
    if (accounts.every(({ quota }) => quota === undefined)) {
      return context.out.line("Nothing is known yet. Ask Google: geminitro account quota --refresh");
    }
    showQuotas(accounts, context);
    await showPooled(accounts, context);
  },
};

/** The rest over all accounts that can serve; for a single account the table shows it already. */
async function showPooled(accounts: readonly AccountView[], { out }: Context): Promise<void> {
  const { pooledQuota } = await import("../../oauth/mod.ts");
  const pools = pooledQuota(accounts).filter((pool) => pool.accounts > 1);
  if (pools.length === 0) return;
  const now = Date.now();
  out.line();
  out.line("All accounts that can serve together");
  out.table(
    ["SOURCE", "QUOTA", "WINDOW", "LEFT", "FIRST RESET"],
    pools.map(({ source, label, window, accounts: count, unknown, left, resetsAt }) => [
      source,
      label,
      window,
      `${left.toFixed(1)} of ${count}${unknown === 0 ? "" : ` (${unknown} not said)`}`,
      resetsAt === undefined ? "-" : backText(resetsAt, now),
    ]),
  );
}

export const accountRemove: Command = {
  name: "account remove",
  summary: "Revoke an account's access at Google and remove it",
  usage: "<e-mail or id>",
  examples: [{
    line: "geminitro account remove ada@example.com",
    says: "It is removed even when Google is away",
  }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const service = await openAccounts(context);
    const account = findAccount(await service.accounts(), context.args[0] ?? "");
    const out = await service.signOut(account.id);
    if (!out.ok) throw new CommandError(out.error.message, { code: out.error.code });
    const { email, revoked } = out.value;
    context.out.json({ removed: email, revoked });
    context.out.line(
      `Removed ${email}${revoked ? "" : "; Google could not be told, so revoke it there as well"}`,
    );
  },
};

function switchCommand(word: "on" | "off"): Command {
  return {
    name: `account ${word}`,
    summary: word === "on" ? "Use an account again" : "Use an account no more, and stay signed in",
    usage: "<e-mail or id>",
    examples: [{
      line: `geminitro account ${word} ada@example.com`,
      says: "Within a second, also while it runs",
    }],
    options: [],
    takes: { least: 1, most: 1 },
    async run(context) {
      const accounts = await (await openAccounts(context)).accounts();
      const { id } = findAccount(accounts, context.args[0] ?? "");
      const key = await (await context.client()).editKey(id, { enabled: word === "on" });
      context.out.json(key);
      context.out.line(`${key.email ?? (key.label || key.tail)} is ${word} now`);
    },
  };
}

export const accountOn = switchCommand("on");
export const accountOff = switchCommand("off");

/** Shows a link as a QR code, if the terminal is interactive and wide enough. */
async function showQrCode({ out, interactive }: Context, link: string): Promise<void> {
  if (!interactive || !link.startsWith("https://")) return;
  const { renderUnicodeCompact } = await import("uqr");
  out.line();
  for (const line of renderUnicodeCompact(link, { border: 2 }).split("\n")) out.line(line);
}
