import type { Command, CommandOption } from "./command.ts";
import type { Style } from "./style.ts";

/** Options that every command takes. */
export const GLOBAL_OPTIONS: readonly CommandOption[] = [
  { name: "json", summary: "Answer as JSON, for scripts" },
  { name: "no-color", summary: "Write without colours; so does NO_COLOR" },
  { name: "help", short: "h", summary: "Show this help" },
];

/** The help of the whole program, generated from the table. */
export function programHelp(commands: readonly Command[], version: string, style: Style): string {
  const rows = commands.map(({ name, usage, summary }) => [`${name} ${usage}`.trim(), summary] as const);
  return [
    `${style.bold("geminitro")} ${version}: a proxy that pools Gemini keys for your coding agents`,
    "",
    style.bold("Usage"),
    "  geminitro <command> [options]",
    "",
    style.bold("Commands"),
    ...table(rows, style),
    "",
    style.bold("Options"),
    ...table([...optionRows(GLOBAL_OPTIONS), ["--version, -V", "Show the version"]], style),
    "",
    "geminitro <command> --help shows a command's options and examples.",
  ].join("\n");
}

/** The help of a family of commands, for example `key`. */
export function familyHelp(word: string, members: readonly Command[], style: Style): string {
  const rows = members.map(({ name, usage, summary }) => [`${name} ${usage}`.trim(), summary] as const);
  return [style.bold(`geminitro ${word} <command>`), "", ...table(rows, style)].join("\n");
}

export function commandHelp(command: Command, style: Style): string {
  const usage = command.usage === "" ? "" : ` ${command.usage}`;
  return [
    command.summary,
    "",
    style.bold("Usage"),
    `  geminitro ${command.name}${usage} [options]`,
    "",
    style.bold("Options"),
    ...table(optionRows([...command.options, ...GLOBAL_OPTIONS]), style),
    "",
    style.bold("Examples"),
    ...command.examples.flatMap(({ line, says }) => [`  ${line}`, style.dim(`      ${says}`)]),
  ].join("\n");
}

function optionRows(options: readonly CommandOption[]): (readonly [string, string])[] {
  return options.map(({ name, short, value, summary }) => {
    const written = `--${name}${value === undefined ? "" : ` ${value}`}`;
    return [short === undefined ? written : `${written}, -${short}`, summary];
  });
}

const WIDEST = 38;

function table(rows: readonly (readonly [string, string])[], style: Style): string[] {
  const fitting = rows.filter(([left]) => left.length <= WIDEST).map(([left]) => left.length);
  const width = Math.max(0, ...fitting);
  return rows.flatMap(([left, right]) =>
    left.length <= width
      ? [`  ${style.cyan(left.padEnd(width))}  ${right}`]
      : [`  ${style.cyan(left)}`, `  ${" ".repeat(width)}  ${right}`]
  );
}
