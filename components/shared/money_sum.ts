import { money } from "./format.ts";

export function unpricedNote(calls: number): string {
  return `${calls === 1 ? "One call" : `${calls} calls`} not counted: the price of the model is not known`;
}

/** A sum of money of which some parts are not known: at least so much, or not known at all. */
export function moneySum(dollars: number, unpriced: number): string {
  if (unpriced === 0) return money(dollars);
  return dollars === 0 ? "–" : `≥ ${money(dollars)}`;
}
