import type { Command } from "../command.ts";

export const version: Command = {
  name: "version",
  summary: "Show the version of GemiNitro, Deno and the platform",
  usage: "",
  examples: [{ line: "geminitro version --json", says: "For a report of a fault" }],
  options: [],
  takes: { least: 0, most: 0 },
  run(context) {
    const { os, arch } = Deno.build;
    const { version } = context.services;
    context.out.json({ version, deno: Deno.version.deno, os, arch, executable: Deno.build.standalone });
    context.out.line(`geminitro ${version} (Deno ${Deno.version.deno}, ${os} ${arch})`);
    return Promise.resolve();
  },
};
