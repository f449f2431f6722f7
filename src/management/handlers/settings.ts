import { type JsonObject, ok } from "../../core/mod.ts";
import { definedOnly, type Handlers, unavailable } from "./handler.ts";
import { PASSPHRASE_HEADER } from "../routes/settings.ts";
import { DOCS_STYLE, docsPage } from "../docs_page.ts";
import { openApiDocument } from "../openapi.ts";

/** Settings, agents of this machine, imports and exports. */
export const settingsHandlers: Handlers<
  | "agents"
  | "installAgents"
  | "setupState"
  | "settings"
  | "changeSettings"
  | "preferences"
  | "setPreferences"
  | "testAlert"
  | "exportFile"
  | "exportSealed"
  | "backUp"
  | "importFile"
> = {
  agents: async ({ agents }) => ok(await agents?.list() ?? []),
  installAgents({ agents }, { body }) {
    const { agents: ids, scope, dryRun } = body;
    return agents?.install({ agents: ids, scope, dryRun }) ??
      unavailable("Agent installation is not available in this program");
  },
  async setupState({ admin, agents }) {
    const [state, found] = await Promise.all([admin.setupState(), agents?.list() ?? []]);
    return ok({ ...state, hasAgents: found.length > 0, agents: found });
  },
  settings: async ({ admin }) => ok(await admin.settings()),
  async changeSettings({ admin, expected }, { body }) {
    const { updatedAt, ...change } = body;
    // Prices are plain numbers, and so JSON.
    const changed = await admin.changeSettings(
      definedOnly(change) as Parameters<typeof admin.changeSettings>[0],
      expected ?? updatedAt,
    );
    return changed.ok ? ok({ success: true, ...changed.value }) : changed;
  },
  preferences: async ({ admin }) => ok(await admin.preferences()),
  setPreferences: ({ admin }, { body }) => admin.setPreferences(body as JsonObject),
  async testAlert({ admin }) {
    const reason = await admin.testAlert();
    return ok(reason === undefined ? { ok: true } : { ok: false, reason });
  },
  exportFile: ({ admin, request }) => admin.exportFile(passphraseOf(request).passphrase),
  exportSealed: ({ admin }, { body }) => admin.exportFile(body.passphrase),
  backUp: ({ admin }) => admin.backUp(),
  importFile: ({ admin, request }, { body }) =>
    admin.importFile({ ...passphraseOf(request), ...definedOnly(body) }),
};

function passphraseOf(request: Request): { readonly passphrase?: string } {
  const header = request.headers.get(PASSPHRASE_HEADER) ?? "";
  return header === "" ? {} : { passphrase: header };
}

export const clientHandlers: Handlers<
  "clients" | "clientSelf" | "addClient" | "editClient" | "revokeClient" | "restoreClient"
> = {
  clients: async ({ admin }) => ok(await admin.clients()),
  async clientSelf({ admin, client }) {
    const own = (await admin.clients()).find((one) => one.id === client?.id);
    return ok(own ?? { id: client?.id ?? "", name: client?.name ?? "", status: "active" });
  },
  addClient: ({ admin }, { body }) => admin.addClient(definedOnly(body)),
  editClient({ admin, expected }, { params, body }) {
    const { updatedAt, ...edit } = body;
    return admin.editClient(params.id, definedOnly(edit), expected ?? updatedAt);
  },
  revokeClient: ({ admin }, { params }) => admin.revokeClient(params.id),
  restoreClient: ({ admin }, { params }) => admin.restoreClient(params.id),
};

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
