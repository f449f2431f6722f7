import type { Style } from "./style.ts";

const CELLS = 20;

/** A share of a limit as a bar with its number: green, yellow from the alert threshold on, red when it is used up. */
export function bar(percentage: number, alertThreshold: number, style: Style): string {
  const filled = Math.max(0, Math.min(CELLS, Math.round(percentage / 100 * CELLS)));
  const paint = percentage >= 100 ? style.red : percentage >= alertThreshold ? style.yellow : style.green;
  const number = `${Math.round(percentage)}%`.padStart(4);
  return `${paint("█".repeat(filled))}${style.dim("░".repeat(CELLS - filled))} ${number}`;
}
