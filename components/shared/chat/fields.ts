/** Readers for answers of the management API: what is missing or of another kind becomes empty, never a crash. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Fields : {};
}

export function text(value: unknown, fallback = ""): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : fallback;
}

export function count(value: unknown, fallback = 0): number {
  return typeof value === "number" && Number.isFinite(value) ? value : fallback;
}

export function maybeCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Epoch milliseconds from a number or an ISO stamp. */
export function time(value: unknown): number | undefined {
  if (typeof value === "number" && value > 0) return value;
  const parsed = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** An array, or the array that an envelope holds under one of the names. */
export function list(value: unknown, ...names: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const holder = fields(value);
  return names.map((name) => holder[name]).find(Array.isArray) ?? [];
}

export function texts(value: unknown): readonly string[] {
  return list(value).map((item) => text(item)).filter((item) => item !== "");
}

/** `{name: value}` without the entries whose value is undefined, for optional properties. */
export function given<Value extends object>(
  value: Value,
): { [Key in keyof Value]?: Exclude<Value[Key], undefined> } {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries) as { [Key in keyof Value]?: Exclude<Value[Key], undefined> };
}
