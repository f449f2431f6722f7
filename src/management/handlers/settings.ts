import { type JsonObject, ok } from "../../core/mod.ts";
import { definedOnly, type Handlers, unavailable } from "./handler.ts";
import { PASSPHRASE_HEADER } from "../routes/settings.ts";

/** Settings, agents of this machine, and what goes in and out as a file. */
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
