import { ok } from "../../core/mod.ts";
import { DOCS_STYLE, docsPage } from "../docs_page.ts";
import { openApiDocument } from "../openapi.ts";
import type { Handlers } from "./handler.ts";

function page(body: string, type: string): Response {
  return new Response(body, {
    headers: {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
      "x-content-type-options": "nosniff",
    },
  });
}

export const docsHandlers: Handlers<"openapi" | "docs" | "docsStyle"> = {
  openapi: ({ admin }) => ok(openApiDocument(admin.version)),
  docs: ({ admin }) => page(docsPage(openApiDocument(admin.version), admin.version), "text/html"),
  docsStyle: () => page(DOCS_STYLE, "text/css"),
};
