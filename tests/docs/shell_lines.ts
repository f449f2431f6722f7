import { join } from "node:path";
import { documents } from "./documents.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

export interface ShellLine {
  readonly path: string;
  readonly line: string;
}

/** Command lines of every `sh` block and of single code spans that begin like one; continued lines joined, remarks off. */
export async function shellLines(): Promise<readonly ShellLine[]> {
  const found: ShellLine[] = [];
  for (const path of await documents()) {
    const text = await Deno.readTextFile(join(ROOT, path));
    const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
    const spans = [...text.matchAll(/`((?:deno task|geminitro|curl) [^`]+)`/g)].map(([, span]) => span!);
    for (const block of [...blocks, ...spans]) {
      for (const line of block.replaceAll(/\\\n\s*/g, " ").split("\n")) {
        const bare = line.replace(/(^|\s)#\s.*$/, "").trim();
        if (bare !== "" && !bare.startsWith("#")) found.push({ path, line: bare });
      }
    }
  }
  return found;
}
