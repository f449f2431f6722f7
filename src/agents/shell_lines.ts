import type { AgentSystem } from "./contract.ts";

/** Assignments in the words of the user's shell: PowerShell on Windows. */
export function shellLines(os: AgentSystem["os"], env: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(env).map(([name, value]) =>
    os === "windows"
      ? `$env:${name} = '${value.replaceAll("'", "''")}'`
      : `export ${name}=${/^[\w.:/@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`}`
  );
}
