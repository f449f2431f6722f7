import type { AnyRoute } from "./route.ts";
import { routes } from "./routes.ts";

/** The API's documentation as one page of plain HTML: no script, no other host. */
export function docsPage(
  document: Readonly<Record<string, unknown>>,
  version: string,
): string {
  const paths = document["paths"] as Record<string, Record<string, Record<string, unknown>>>;
  const groups = [...Map.groupBy(Object.values(routes) as readonly AnyRoute[], (route) => route.tag)];
  const menu = groups.map(([tag]) => `<li><a href="#${escape(tag)}">${escape(tag)}</a></li>`).join("");
  const sections = groups.map(([tag, group]) => {
    const items = group.map((route) => article(route, paths[route.path]?.[route.method] ?? {}))
      .join("");
    return `<section id="${escape(tag)}"><h2>${escape(tag)}</h2>${items}</section>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GemiNitro management API</title><link rel="stylesheet" href="/api/docs.css"></head>
<body><header><h1>GemiNitro management API ${escape(version)}</h1>
<p>Send <code>Authorization: Bearer &lt;PROXY_API_KEY&gt;</code>. The machine-readable document is
<a href="/api/openapi.json">/api/openapi.json</a>.</p><nav><ul>${menu}</ul></nav></header>
<main>${sections.join("")}</main></body></html>`;
}

function article(route: AnyRoute, operation: Record<string, unknown>): string {
  const method = route.method.toUpperCase();
  const access = route.access === "open" ? "no token" : route.access === "client" ? "any token" : "owner";
  const parts = [
    details("Parameters", operation["parameters"]),
    details("Body", operation["requestBody"]),
    details("Replies", operation["responses"]),
  ];
  return `<article id="${escape(route.id)}"><h3><span class="method">${method}</span>
<code>${escape(route.path)}</code> <small>${access}</small></h3><p>${escape(route.summary)}</p>${
    parts.join("")
  }</article>`;
}

function details(title: string, value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "";
  return `<details><summary>${title}</summary><pre>${escape(JSON.stringify(value, null, 2))}</pre></details>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}

export const DOCS_STYLE = `:root{color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.5}
body{margin:0 auto;max-width:60rem;padding:1rem 1.5rem}nav ul{display:flex;flex-wrap:wrap;gap:.75rem;list-style:none;padding:0}
article{border-top:1px solid color-mix(in oklch,currentColor 20%,transparent);padding:.5rem 0}
h3{margin:.5rem 0;font-size:1rem}.method{display:inline-block;min-width:4rem;font-weight:700}small{opacity:.7;font-weight:400}
pre{overflow:auto;padding:.75rem;font-size:.85rem;background:color-mix(in oklch,currentColor 8%,transparent);border-radius:.4rem}`;
