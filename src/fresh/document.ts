import { type ComponentChildren, h, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { Signal } from "@preact/signals";
import { stringify } from "devalue";
import type { Assets } from "./contract.ts";
import { harvestIslands, type IslandHarvest } from "./islands.ts";
import { headCollector } from "./runtime.ts";

function renderCollecting(page: VNode) {
  const head: ComponentChildren[] = [];
  headCollector.children = head;
  try {
    return { ...harvestIslands(() => renderToString(page)), head };
  } finally {
    headCollector.children = undefined;
  }
}

function headHtml(head: readonly ComponentChildren[], assets: Assets, islands: IslandHarvest): string {
  const chunks = new Set([...islands.names].flatMap((name) => assets.islands[name.split("#")[0]!] ?? []));
  const links = [
    ...assets.css.map((href) => h("link", { rel: "stylesheet", href })),
    ...[...chunks].map((href) => h("link", { rel: "modulepreload", href })),
  ];
  return renderToString(h("head", null, [...head, ...links])).slice("<head>".length, -"</head>".length);
}

function scriptsHtml(assets: Assets, { props }: IslandHarvest): string {
  const sources = [...(assets.dev ?? []), ...(props.length > 0 ? [assets.entry] : [])];
  const tags = sources.map((src) => `<script type="module" src="${src}"></script>`).join("");
  if (props.length === 0) return tags;
  const data = stringify(props, { Signal: (value) => value instanceof Signal && [value.peek()] });
  return `<script type="application/json" id="island-props">${
    data.replaceAll("<", "\\u003c")
  }</script>${tags}`;
}

/** Renders a whole page. Only pages with islands get scripts, and only the chunks of the islands they show. */
export function renderDocument(page: VNode, assets: Assets): string {
  const { result, islands, head } = renderCollecting(page);
  const body = result
    .replace("</head>", () => headHtml(head, assets, islands) + "</head>")
    .replace("</body>", () => scriptsHtml(assets, islands) + "</body>");
  return "<!doctype html>" + body;
}
