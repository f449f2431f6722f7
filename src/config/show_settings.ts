import type { Environment, Option } from "./option.ts";
import { QUOTA_GROUP_OPTION, SETTINGS_TABLE } from "./table.ts";

/** One setting as `config show` and the dashboard list it. No secret is in it. */
export interface ShownSetting extends
  Pick<
    Option<unknown>,
    "variable" | "group" | "doc" | "allowed" | "choices" | "secret" | "applies" | "elsewhere"
  > {
  /** The text in force; null where there is none. A secret shows as `set`, or as `the default`. */
  readonly value: string | null;
  /** The default; null where there is none, and for a secret. */
  readonly fallback: string | null;
  readonly origin: "environment" | ".env" | "default";
}

/**
 * Every setting with the text in force and where it comes from. `own` is the process environment, which takes
 * precedence over `file`.
 */
export function showSettings(own: Environment, file: Environment): readonly ShownSetting[] {
  const names = new Set([...Object.keys(own), ...Object.keys(file)]);
  const prefix = QUOTA_GROUP_OPTION.variable.replace("<NAME>", "");
  const groups = [...names].filter((variable) => variable.startsWith(prefix)).sort();
  const named = SETTINGS_TABLE.filter((option) => option !== QUOTA_GROUP_OPTION);
  return [...named, ...groups.map((variable) => ({ ...QUOTA_GROUP_OPTION, variable }))]
    .map((option) => show(option, own[option.variable]?.trim() ?? "", file[option.variable]?.trim() ?? ""));
}

function show(option: Option<unknown>, own: string, file: string): ShownSetting {
  const { parse: _parse, fallback, ...shown } = option;
  const written = own || file;
  const text = written || (fallback ?? null);
  const hidden = text === null ? null : text === fallback ? "the default" : "set";
  return {
    ...shown,
    value: option.secret ? hidden : text,
    fallback: option.secret ? null : fallback ?? null,
    origin: own !== "" ? "environment" : file !== "" ? ".env" : "default",
  };
}

/** The table of all settings as Markdown, for the documents. */
export function settingsMarkdown(): string {
  const groups = Map.groupBy(SETTINGS_TABLE, (option) => option.group);
  return [...groups].map(([title, options]) => {
    const rows = options.map(({ variable, fallback, allowed, applies, doc }) => {
      const shown = fallback === undefined ? "" : `\`${fallback}\``;
      return `| \`${variable}\` | ${shown} | ${allowed} | ${
        applies === "now" ? "at once" : "restart"
      } | ${doc} |`;
    });
    return `### ${title}\n\n| variable | default | allowed | a change holds | meaning |\n|---|---|---|---|---|\n${
      rows.join("\n")
    }\n`;
  }).join("\n");
}
