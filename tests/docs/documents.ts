import { join } from "node:path";

const ROOT = new URL("../../", import.meta.url).pathname;

/** README and everything below docs/, by path. */
export async function documents(): Promise<readonly string[]> {
  const found = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  for (const folder of ["docs", "docs/decisions"]) {
    for await (const { name } of Deno.readDir(join(ROOT, folder))) {
      if (name.endsWith(".md")) found.push(`${folder}/${name}`);
    }
  }
  return found.sort();
}
