import { signal } from "@preact/signals";

export const MODES = ["light", "dark", "system"] as const;
export const PALETTES = ["harbour", "ember", "moss", "plum", "graphite"] as const;
export type Mode = typeof MODES[number];
export type Palette = typeof PALETTES[number];

interface Choice {
  readonly mode: Mode;
  readonly palette: Palette;
}

/** The chosen theme; the same storage names as in static/theme.js, which applies it before the first paint. */
export const theme = signal<Choice>({ mode: "system", palette: "harbour" });

/** Reads the stored choice, once the page is alive. */
export function readTheme(): void {
  const read = <Name extends string>(name: string, allowed: readonly Name[]) =>
    allowed.find((one) => one === localStorage.getItem(`geminitro.${name}`));
  theme.value = { mode: read("mode", MODES) ?? "system", palette: read("palette", PALETTES) ?? "harbour" };
}

/** Keeps a choice and shows it at once, in other tabs too. */
export function chooseTheme(change: Partial<Choice>): void {
  readTheme();
  theme.value = { ...theme.value, ...change };
  localStorage.setItem("geminitro.mode", theme.value.mode);
  localStorage.setItem("geminitro.palette", theme.value.palette);
  (globalThis as { geminitroTheme?: () => void }).geminitroTheme?.();
}
