import type { ChaosCase, Outcome } from "./chaos_case.ts";

const DOCUMENT = new URL("../../docs/reliability.md", import.meta.url);

/** Puts `text` between the two comments that name a section of docs/reliability.md, and leaves the rest as it is. */
export async function replaceSection(name: string, text: string): Promise<void> {
  const before = await Deno.readTextFile(DOCUMENT);
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = before.indexOf(start);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no section ${name}`);
  await Deno.writeTextFile(
    DOCUMENT,
    `${before.slice(0, from + start.length)}\n\n${text}\n\n${before.slice(to)}`,
  );
  const args = ["fmt", "--quiet", DOCUMENT.pathname];
  await new Deno.Command(Deno.execPath(), { args }).output();
}

/** The table of the suite; of cases that this machine cannot try stays what another has seen. */
export async function table(
  rows: readonly { readonly one: ChaosCase; readonly outcome: Outcome | undefined }[],
): Promise<string> {
  const before = (await Deno.readTextFile(DOCUMENT)).split("\n");
  const head = ["Fault", "How it is made", "What the client sees", "Nothing is lost", "How it heals"];
  return [
    `| ${head.join(" | ")} |`,
    `| ${head.map(() => "---").join(" | ")} |`,
    ...rows.map(({ one, outcome }) => {
      const name = `**${one.fault}**`;
      if (outcome !== undefined) {
        return `| ${[name, one.made, outcome.client, outcome.kept, outcome.heals].join(" | ")} |`;
      }
      return before.find((line) => line.startsWith(`| ${name} `)) ??
        `| ${name} | ${one.made} | not tried: ${one.skip} | | |`;
    }),
  ].join("\n");
}
