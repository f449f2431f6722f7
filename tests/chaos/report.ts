import type { ChaosCase, Outcome } from "./chaos_case.ts";

const DOCUMENT = new URL("../../docs/reliability.md", import.meta.url);

/** Puts `text` between the two comments that name a section of docs/reliability.md, and leaves the rest as it is. */
export async function replaceSection(name: string, text: string): Promise<void> {
  const before = await Deno.readTextFile(DOCUMENT);
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = before.indexOf(start);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no section ${name}`);
  const after = `${before.slice(0, from + start.length)}\n\n${text}\n\n${before.slice(to)}`;
  if (after !== before) await Deno.writeTextFile(DOCUMENT, after);
}

/** The table of the suite; cases that this machine could not try say so. */
export function table(
  rows: readonly { readonly one: ChaosCase; readonly outcome: Outcome | undefined }[],
): string {
  const head = ["Fault", "How it is made", "What the client sees", "Nothing is lost", "How it heals"];
  return [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map(({ one, outcome }) => {
      const cells = outcome === undefined
        ? [`not tried: ${one.skip ?? "it failed"}`, "", ""]
        : [outcome.client, outcome.kept, outcome.heals];
      return `| ${[`**${one.fault}**`, one.made, ...cells].join(" | ")} |`;
    }),
  ].join("\n");
}
