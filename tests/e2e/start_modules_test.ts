import assert from "node:assert/strict";

interface Graph {
  readonly roots: readonly string[];
  readonly redirects?: Readonly<Record<string, string>>;
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly isDynamic?: boolean;
      readonly code?: { readonly specifier: string };
    }[];
  }[];
}

/** Everything that is loaded before the program runs: imports that are no `import()`. */
async function loadedAtStart(entry: string): Promise<ReadonlySet<string>> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL(`../../${entry}`, import.meta.url).pathname],
    stderr: "null",
  }).output();
  const { roots, redirects = {}, modules }: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const byName = new Map(modules.map((one) => [one.specifier, one]));
  const seen = new Set<string>();
  const next = [...roots];
  for (let name = next.pop(); name !== undefined; name = next.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const { isDynamic, code } of byName.get(name)?.dependencies ?? []) {
      if (isDynamic !== true && code !== undefined) next.push(redirects[code.specifier] ?? code.specifier);
    }
  }
  return seen;
}

/** What an agent's first call needs nothing of: each is loaded when somebody asks for it. */
const LATER =
  /jsonc-parser|smol-toml|\/yaml@|preact|devalue|\/ink@|react@|clack|modelcontextprotocol|\/src\/(?:agents|sim|update|management\/(?:routes|schema|handlers))\/|\/components\//;

Deno.test("a server starts without the management API, agents, pages, prompts and the simulator", async () => {
  const loaded = await loadedAtStart("main.ts");
  assert.ok([...loaded].some((name) => name.endsWith("/src/relay/mod.ts")), "the graph was not read");
  assert.deepEqual([...loaded].filter((name) => LATER.test(name)), []);
});
