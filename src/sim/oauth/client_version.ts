/** The version in a user agent, as three numbers; zeros where there is none. */
export function versionOf(agent: string): readonly number[] {
  return /(\d+)\.(\d+)\.(\d+)/.exec(agent)?.slice(1).map(Number) ?? [0, 0, 0];
}

/** True when a version comes before `least`. */
export function isBelow(version: readonly number[], least: readonly number[]): boolean {
  const at = version.findIndex((part, index) => part !== least[index]);
  return at >= 0 && (version[at] ?? 0) < (least[at] ?? 0);
}
