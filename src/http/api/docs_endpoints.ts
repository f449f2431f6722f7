import { ok } from "../../core/mod.ts";
import { DOCS_STYLE, docsPage } from "./docs_page.ts";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { openApiDocument } from "./openapi.ts";

/** Documents the endpoints given, and itself. */
export function docsEndpoints(others: readonly Endpoint[]): readonly Endpoint[] {
  const documented = (): readonly Endpoint[] => [...others, ...own];
  const page = (body: string, type: string) =>
    new Response(body, {
      headers: {
        "content-type": `${type}; charset=utf-8`,
        "content-security-policy":
          "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
        "x-content-type-options": "nosniff",
      },
    });
  const own: readonly Endpoint[] = [
    endpoint({
      method: "get",
      path: "/api/openapi.json",
      id: "openapi",
      tag: "Docs",
      summary: "This API as an OpenAPI 3.1 document",
      access: "open",
      handle: ({ admin }) => Promise.resolve(ok(openApiDocument(documented(), admin.version))),
    }),
    endpoint({
      method: "get",
      path: "/api/docs",
      id: "docs",
      tag: "Docs",
      summary: "This API as a page",
      access: "open",
      produces: "text/html",
      handle: ({ admin }) => {
        const document = openApiDocument(documented(), admin.version);
        return Promise.resolve(page(docsPage(documented(), document, admin.version), "text/html"));
      },
    }),
    endpoint({
      method: "get",
      path: "/api/docs.css",
      id: "docsStyle",
      tag: "Docs",
      summary: "The page's style",
      access: "open",
      produces: "text/css",
      handle: () => Promise.resolve(page(DOCS_STYLE, "text/css")),
    }),
  ];
  return own;
}
