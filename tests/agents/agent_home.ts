import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AgentSystem, hostSystem } from "../../src/agents/mod.ts";

/** Where agents are installed, each in a folder of its own. */
export const AGENTS_DIR = Deno.env.get("AGENTS_DIR") ??
  join(Deno.env.get("HOME") ?? "", ".cache", "geminitro-agents");

/** The agents' own driving scripts, kept beside the checkout. */
export const SCRIPTS = join(
  Deno.env.get("GEMINITRO_SHARED") ??
    join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "shared"),
  "agents",
);

/** A user's folder with nothing in it, and a PATH on which the installed agents stand. */
export interface AgentHome extends AsyncDisposable {
  readonly system: AgentSystem;
  readonly folder: string;
}

/** Below /var/tmp: Codex refuses to keep programs below the temporary folder. */
const BASE = "/var/tmp";

export async function agentHome(more: Readonly<Record<string, string>> = {}): Promise<AgentHome> {
  const folder = await Deno.makeTempDir({ dir: BASE, prefix: "geminitro-agent-" });
  const home = join(folder, "home");
  const temporary = join(folder, "tmp");
  for (const one of [home, temporary]) await Deno.mkdir(one);
  const system = hostSystem({
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local/share"),
    XDG_STATE_HOME: join(home, ".local/state"),
    XDG_CACHE_HOME: join(home, ".cache"),
    TMPDIR: temporary,
    PATH: [...await agentFolders(), Deno.env.get("PATH") ?? ""].join(":"),
    NO_PROXY: "127.0.0.1,localhost",
    no_proxy: "127.0.0.1,localhost",
    REAP_TAG: folder,
    ...more,
  });
  return {
    system,
    folder,
    async [Symbol.asyncDispose]() {
      await reap(folder);
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    },
  };
}

/** The newer Node first, then each agent's own folder of commands. */
async function agentFolders(): Promise<readonly string[]> {
  const found = [join(AGENTS_DIR, "nodebin24")];
  const names = await Array.fromAsync(entriesOf(AGENTS_DIR));
  for (const name of names.sort()) {
    found.push(
      join(AGENTS_DIR, name, "node_modules/.bin"),
      join(AGENTS_DIR, name, "node_modules/@factory/cli-linux-x64/bin"),
      join(AGENTS_DIR, name, "venv/bin"),
    );
  }
  return found;
}

async function* entriesOf(folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of Deno.readDir(folder)) yield name;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Ends helpers that an agent left behind: only processes that carry this run's tag in their environment. */
async function reap(tag: string): Promise<void> {
  for await (const name of entriesOf("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    if (environment.split("\0").includes(`REAP_TAG=${tag}`)) {
      try {
        Deno.kill(Number(name), "SIGTERM");
      } catch { /* it has ended by itself */ }
    }
  }
}
