import type { AgentSystem, Change, FileSpec } from "./contract.ts";
import type { InstallFacts } from "./known_agent.ts";

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
const EXCEPTIONS = ["NO_PROXY", "no_proxy"];

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

interface Exceptions {
  /** Under both names, since programs look at either. */
  readonly set: Readonly<Record<string, string>>;
  /** The environment itself has them already. */
  readonly there: boolean;
}

/**
 * Where the environment names an outgoing proxy, an agent would send even what is for GemiNitro through it, with the token in
 * it. Gives the exceptions that keep its calls direct; undefined where nothing stands between.
 */
function exceptions({ root }: InstallFacts, { env }: AgentSystem): Exceptions | undefined {
  if (!PROXIES.some((name) => (env[name] ?? "") !== "")) return undefined;
  const host = new URL(root).hostname.replace(/^\[|\]$/g, "");
  const named = (env["NO_PROXY"] || env["no_proxy"] || "").split(",").map((one) => one.trim());
  const value = [...new Set([...named, ...LOOPBACK, host])].filter((one) => one !== "").join(",");
  const there = named.includes("*") || named.includes(host);
  return { set: Object.fromEntries(EXCEPTIONS.map((name) => [name, value])), there };
}

/** Writes the exceptions where an agent's file holds its environment, else says what to set. */
export function pastProxy(
  facts: InstallFacts,
  specs: readonly FileSpec[],
  system: AgentSystem,
): { readonly specs: readonly FileSpec[]; readonly notes: readonly string[] } {
  const found = exceptions(facts, system);
  if (found === undefined) return { specs, notes: [] };
  const { set, there } = found;
  let written = false;
  const direct = specs.map((spec) => {
    const prefix = environmentIn(spec);
    if (prefix === undefined) return spec;
    written = true;
    const changes = Object.entries(set).map(([name, value]): Change => ({
      kind: "put",
      path: [...prefix, name],
      value,
    }));
    return { ...spec, changes: [...spec.changes, ...changes] };
  });
  if (written || there) return { specs: direct, notes: [] };
  const line = `NO_PROXY=${set["NO_PROXY"]}`;
  return {
    specs,
    notes: [
      `A proxy is set in the environment, and calls to GemiNitro would take it: set ${line} where the agent starts`,
    ],
  };
}

/** The path below which a file holds variables of the agent's environment. */
function environmentIn({ format, changes }: FileSpec): readonly string[] | undefined {
  if (format === "env") return [];
  return changes.some(({ path }) => path[0] === "env" && path.length === 2) ? ["env"] : undefined;
}
