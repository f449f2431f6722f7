/** One bound on input: how much at most, and of what. */
export interface Bound {
  readonly most: number;
  readonly says: string;
}

/** The numbers of a table of bounds, by the same names. */
export function numbersOf<Name extends string>(
  table: Readonly<Record<Name, Bound>>,
): { readonly [One in Name]: number } {
  const numbers = Object.entries<Bound>(table).map(([name, { most }]) => [name, most]);
  return Object.fromEntries(numbers) as { readonly [One in Name]: number };
}
