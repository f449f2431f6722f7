import type { Environment, Option } from "./option.ts";
import { QUOTA_GROUP_OPTION, SETTINGS_TABLE } from "./table.ts";

/** One setting as `config show` prints it. */
export interface ShownSetting {
  readonly variable: string;
  readonly group: string;
  /** The text in force; `[secret]` in place of a secret, empty when there is none. */
  readonly value: string;
  readonly origin: "environment" | "default" | "none";
  readonly doc: string;
}

/** Every setting with the text in force and where it comes from. No secret is in it. */
export function showSettings(env: Environment): readonly ShownSetting[] {
  const prefix = QUOTA_GROUP_OPTION.variable.replace("<NAME>", "");
  const groups = Object.keys(env).filter((variable) => variable.startsWith(prefix)).sort();
  const named = SETTINGS_TABLE.filter((option) => option !== QUOTA_GROUP_OPTION);
  return [...named, ...groups.map((variable) => ({ ...QUOTA_GROUP_OPTION, variable }))]
    .map((option) => show(option, env));
}

function show({ variable, group, doc, secret, fallback }: Option<unknown>, env: Environment): ShownSetting {
  const written = env[variable]?.trim() ?? "";
  const text = written === "" ? fallback ?? "" : written;
  const origin = written !== "" ? "environment" : fallback === undefined ? "none" : "default";
  return { variable, group, doc, origin, value: secret && text !== "" ? "[secret]" : text };
}

/** The table of all settings as Markdown, for the documents. */
export function settingsMarkdown(): string {
  const groups = Map.groupBy(SETTINGS_TABLE, (option) => option.group);
  return [...groups].map(([title, options]) => {
    const rows = options.map(({ variable, fallback, allowed, doc }) =>
      `| \`${variable}\` | ${fallback === undefined ? "" : `\`${fallback}\``} | ${allowed} | ${doc} |`
    );
    return `### ${title}\n\n| variable | default | allowed | meaning |\n|---|---|---|---|\n${
      rows.join("\n")
    }\n`;
  }).join("\n");
}
