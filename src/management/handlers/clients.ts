import { ok } from "../../core/mod.ts";
import { definedOnly, type Handlers } from "./handler.ts";

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
