import assert from "node:assert/strict";
import { buildDashboard } from "../../tools/build_dashboard.ts";
import { removeFolder } from "../support/remove_folder.ts";

const ROOT = new URL("../../", import.meta.url);

/** The example in the documentation of mod.ts, as another project would write it. */
async function example(): Promise<string> {
  const text = await Deno.readTextFile(new URL("mod.ts", ROOT));
  const code = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  return code.replaceAll(/^ \* ?/gm, "").replace("./mod.ts", "geminitro").replace("7536", "0");
}

Deno.test("the library's own example runs in another project, with the dashboard when that is chosen", async () => {
  await buildDashboard({ force: false });
  const folder = await Deno.makeTempDir({ prefix: "geminitro-library-" });
  try {
    const manifest = {
      links: [ROOT.pathname],
      imports: { geminitro: "jsr:@geminitro/geminitro" },
      unstable: ["kv", "net"],
      compilerOptions: { jsx: "react-jsx", jsxImportSource: "preact" },
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(manifest));
    await Deno.writeTextFile(
      `${folder}/main.ts`,
      `${await example()}
import { dashboardFiles } from "geminitro";
const status = async (one: { fetch(request: Request): Promise<Response> }, path: string) =>
  (await one.fetch(new Request("http://localhost" + path))).status;
const shown = await createGeminitro({ env: { GEMINITRO_KV: ":memory:" }, dashboard: dashboardFiles() });
console.log(JSON.stringify([
  await status(proxy, "/api/health"),
  await status(proxy, "/dashboard/login"),
  await status(shown, "/dashboard/login"),
  (await shown.client.overview()).verdict.status,
]));
Deno.exit(0);
`,
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "main.ts"],
      cwd: folder,
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.match(text, /\[200,404,200,"empty"\]/);
  } finally {
    await removeFolder(folder);
  }
});
