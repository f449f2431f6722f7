import type { ComponentChildren } from "preact";

/** Collects what pages put into <head>; set only while the server renders, which it does in one go. */
export const headCollector: { children: ComponentChildren[] | undefined } = { children: undefined };

/** Adds its children to the page's <head>. Does nothing in the browser. */
export function Head({ children }: { children?: ComponentChildren }): null {
  headCollector.children?.push(children);
  return null;
}
