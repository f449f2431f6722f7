import { isObject } from "../../core/mod.ts";

export function tomlKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}

/** A value on one line. JSON's strings, numbers and booleans are TOML's too. */
export function tomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{ ${
    Object.entries(value).map(([key, inner]) => `${tomlKey(key)} = ${tomlValue(inner)}`).join(", ")
  } }`;
}

/** A table and those below it, each as header and lines; a table of nothing but tables needs no header. */
export function tomlTables(path: readonly string[], table: Record<string, unknown>): readonly string[] {
  const entries = Object.entries(table);
  const lines = entries.filter(([, value]) => !isObject(value)).map(([key, value]) =>
    `${tomlKey(key)} = ${tomlValue(value)}`
  );
  const below = entries.flatMap(([key, value]) => isObject(value) ? tomlTables([...path, key], value) : []);
  const own = lines.length > 0 || below.length === 0
    ? [[`[${path.map(tomlKey).join(".")}]`, ...lines].join("\n")]
    : [];
  return [...own, ...below];
}
