import type { Browser } from "playwright-core";

/** Browsers whose pages may be on a server that is about to end. */
export const openPages = new Set<Browser>();

/** Closes every page, so that no server ends while its readers are there, who would come back and hold its connections open. */
export async function closePages(): Promise<void> {
  for (const browser of openPages) {
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
}
