import type { ComponentChildren } from "preact";

/** True in the browser, false while the server renders. */
export const IS_BROWSER = typeof document !== "undefined";

/** Collects what pages put into <head>; set only while the server renders, which it does in one go. */
export const headCollector: { children: ComponentChildren[] | undefined } = { children: undefined };

/** Adds its children to the page's <head>. Does nothing in the browser. */
export function Head({ children }: { children?: ComponentChildren }): null {
  headCollector.children?.push(children);
  return null;
}
