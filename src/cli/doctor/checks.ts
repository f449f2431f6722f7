import { join } from "@std/path";
import { backText, causeText, proxySignIn, storageProblem, whyUnreachable } from "../../core/mod.ts";
import type { Settings } from "../../config/mod.ts";
import { createProxyOf, systemPorts } from "../../system/mod.ts";
import type { AccountView, OAuthService } from "../../oauth/mod.ts";
import { portHolder } from "../port_holder.ts";
import { localUrl, type ServerInfo } from "../server_file.ts";
import { agentName, type AgentService, foundAgents } from "../agents/agent_service.ts";
import { type Finding, good, odd, wrong } from "./finding.ts";

/** The data folder, the key file and the database must be accessible only to the user. */
export async function checkFiles({ home, kv }: Pick<Settings, "home" | "kv">): Promise<readonly Finding[]> {
  const blocked = await blockedWrite(home);
  if (blocked !== undefined) return [blocked];
  if (Deno.build.os === "windows") return [good("files", `The data folder is ${home}`)];
  const folder = await modeOf(home);
  if (folder === undefined) return [odd("files", `${home} is not there yet`, "geminitro start makes it")];
  const files = [join(home, "secret.key"), ...(kv.includes("://") || kv === ":memory:" ? [] : [kv])];
  const findings = [tooOpen(home, folder, 0o700)];
  for (const file of files) {
    const mode = await modeOf(file);
    if (mode !== undefined) findings.push(tooOpen(file, mode, 0o600));
  }
  const found = findings.filter((finding) => finding !== undefined);
  return found.length > 0 ? found : [good("files", `${home} is readable by you alone`)];
}

/** Tries a write like the database's: only that reveals a full or read-only disk. */
async function blockedWrite(home: string): Promise<Finding | undefined> {
  if (await Deno.stat(home).catch(() => undefined) === undefined) return undefined;
  const path = join(home, `.doctor-${crypto.randomUUID()}`);
  try {
    await Deno.writeFile(path, new Uint8Array(65_536), { createNew: true, mode: 0o600 });
    return undefined;
  } catch (cause) {
    const problem = storageProblem(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    return wrong(
      "files",
      problem?.message ?? `${home} cannot be written: ${reason}`,
      "Make room, or give this user the right to write there",
    );
  } finally {
    await Deno.remove(path).catch(() => {});
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  const stat = await Deno.stat(path).catch(() => undefined);
  return stat === undefined ? undefined : (stat.mode ?? 0) & 0o777;
}

function tooOpen(path: string, mode: number, wanted: number): Finding | undefined {
  if ((mode & 0o077) === 0) return undefined;
  const written = mode.toString(8).padStart(3, "0");
  return wrong(
    "files",
    `${path} has mode ${written}: others can reach it`,
    `chmod ${wanted.toString(8)} ${path}`,
  );
}

/** Checks that the database opens with this key, its records can be read, and some keys work. */
export async function checkStore(settings: Settings): Promise<readonly Finding[]> {
  if (settings.kv === ":memory:") return [good("database", "The database is in memory")];
  const { openStore } = await import("../../store/mod.ts");
  const { clock, random, newId } = systemPorts();
  const masterKey = settings.masterKey === undefined ? {} : { masterKey: settings.masterKey };
  try {
    const store = await openStore({
      path: settings.kv,
      home: settings.home,
      clock,
      random,
      newId,
      announce: false,
      ...masterKey,
    });
    try {
      const credentials = await store.credentials.list();
      const broken = store.quarantined();
      return [
        broken.length === 0 ? good("database", `${settings.kv} opens`) : odd(
          "database",
          `${broken.length} records cannot be read: ${broken.slice(0, 3).map(({ key }) => key).join(", ")}`,
          "They are kept aside; import a backup from the data folder if you miss something",
        ),
        keyFinding(credentials.length, credentials.filter((one) => one.dead !== undefined).length),
      ];
    } finally {
      await store.close();
    }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    return [wrong("database", message, "Check GEMINITRO_KV, GEMINITRO_HOME and GEMINITRO_MASTER_KEY")];
  }
}

/** Reports whether there are keys to serve with. */
export function keyFinding(total: number, dead: number): Finding {
  if (total === 0) return wrong("keys", "There are no keys", "Add one: geminitro key add <key>");
  if (dead === total) {
    return wrong("keys", `Google takes none of your ${total} keys any more`, "geminitro key list says why");
  }
  if (dead > 0) return odd("keys", `${dead} of ${total} keys are dead`, "geminitro key list says why");
  return good("keys", `${total} keys, none of them known to be dead`);
}

/** Reports whether the signed-in accounts can serve, and the remedy for those that cannot. */
export async function checkAccounts(service: OAuthService, now: number): Promise<readonly Finding[]> {
  const accounts = await service.accounts();
  if (accounts.length === 0) return [];
  const off = service.sources().filter(({ source, on }) =>
    !on && accounts.some((account) => account.source === source)
  );
  const costly = service.sources().filter(({ source, on }) =>
    on && accounts.some((account) => account.source === source)
  ).flatMap(({ warning }) =>
    warning === undefined ? [] : [odd("accounts", warning, "Change it, or remove it")]
  );
  const sick = accounts.filter(({ state }) => state !== "ready" && state !== "off");
  const findings = [
    ...off.map(({ source, reason }) =>
      wrong("accounts", `${source} has accounts and is off`, reason ?? "Set its OAuth client")
    ),
    ...costly,
    ...sick.map((account) => sickFinding(account, now)),
  ];
  return findings.length > 0 ? findings : [good("accounts", `${accounts.length} accounts, none is refused`)];
}

function sickFinding(
  { email, source, state, reason, remedy, link, until }: AccountView,
  now: number,
): Finding {
  const again = until === undefined ? "" : ` It is tried again ${backText(until, now)}.`;
  const page = link === undefined ? "" : ` ${link}`;
  return odd(
    "accounts",
    `${email} (${source}) ${state.replaceAll("_", " ")}: ${reason ?? "Google gave no reason"}`,
    `${remedy ?? ""}${again}${page}`,
  );
}

/** Checks that the port is free or already used by this server. */
export async function checkPort(
  { port, host }: Pick<Settings, "port" | "host">,
  running: ServerInfo | undefined,
): Promise<Finding> {
  if (running !== undefined) {
    return good("port", `The server runs at ${localUrl(running)} (process ${running.pid})`);
  }
  try {
    Deno.listen({ port, hostname: host === "localhost" ? "127.0.0.1" : host }).close();
    return good("port", `Port ${port} is free`);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      return wrong("port", `Port ${port} is taken by ${await portHolder(port)}`, "Set PORT to another one");
    }
    const reason = error instanceof Error ? error.message : String(error);
    return wrong("port", `${host}:${port} cannot be listened on: ${reason}`, "Check HOST and PORT");
  }
}

const PATIENCE_MS = 8_000;
/** Clock skew beyond which cooldowns end visibly early or late. */
const SKEW_ODD_MS = 5_000;
/** Clock skew beyond which Google refuses signed tokens. */
const SKEW_WRONG_MS = 300_000;

/**
 * Checks that the Gemini API answers and that its clock agrees with this machine's. Any answer counts, as no key
 * is sent.
 */
export async function checkUpstream(url: string): Promise<readonly Finding[]> {
  const before = Date.now();
  const proxy = createProxyOf((name) => Deno.env.get(name))(url);
  try {
    const response = await fetch(`${url}/v1beta/models`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.body?.cancel();
    if (response.status === 407) {
      const { reason, remedy } = proxySignIn(proxy);
      return [wrong("upstream", `${url} cannot be reached: ${reason}`, remedy)];
    }
    const took = Date.now() - before;
    return [
      good("upstream", `${url} answers in ${took} ms`),
      clockFinding(response.headers.get("date"), before + took / 2),
    ];
  } catch (cause) {
    const problem = whyUnreachable(cause, { proxy });
    const reason = problem?.reason ?? causeText(cause);
    const advice = problem?.remedy ?? "Check the network, HTTPS_PROXY and GEMINI_API_URL";
    return [wrong("upstream", `${url} does not answer: ${reason}`, advice)];
  }
}

/** `date` is a Date header, whole seconds; `now` the middle of the call in epoch milliseconds. */
export function clockFinding(date: string | null, now: number): Finding {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) {
    return odd("clock", "The answer names no time", "Nothing, if your clock is right");
  }
  // The header is truncated to whole seconds.
  const skew = Math.round(now - theirs - 500);
  const seconds = Math.round(Math.abs(skew) / 1_000);
  const message = `This machine's clock is ${seconds} s ${skew < 0 ? "behind" : "ahead"}`;
  const advice = "Set the clock by the network (NTP): reset times of quotas are read by it";
  if (Math.abs(skew) > SKEW_WRONG_MS) return wrong("clock", message, advice);
  if (Math.abs(skew) > SKEW_ODD_MS) return odd("clock", message, advice);
  return good("clock", "This machine's clock is right");
}

/** Lists installed agents and whether they use the proxy. */
export async function checkAgents(service: AgentService): Promise<Finding> {
  const [here, registered] = await Promise.all([
    foundAgents(service, "installed"),
    foundAgents(service, "configured"),
  ]);
  const names = (ids: readonly string[]) => ids.map(agentName).join(", ");
  if (here.length === 0 && registered.length === 0) return good("agents", "No coding agent was found here");
  const missing = here.filter((id) => !registered.includes(id));
  if (registered.length === 0) {
    return odd("agents", `None of ${names(missing)} is registered`, "Register them: geminitro install");
  }
  const rest = missing.length === 0 ? "" : `; not registered: ${names(missing)}`;
  return good("agents", `Registered: ${names(registered)}${rest}`);
}
