/** `{name: value}` without the entries whose value is null or undefined, for optional properties. */
export function given<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined | null> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(entries) as { [Key in keyof Value]?: Exclude<Value[Key], undefined | null> };
}

/** A moment as pages calculate with it. */
export function msOf(time: string | null | undefined): number | undefined {
  return time === null || time === undefined ? undefined : Date.parse(time);
}
