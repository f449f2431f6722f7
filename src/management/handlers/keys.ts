import type { AddedKey } from "../../admin/mod.ts";
import { type CredentialId, err, ok } from "../../core/mod.ts";
import { progressReply, wantsProgress } from "../progress_reply.ts";
import { definedOnly, type Handlers } from "./handler.ts";

export const keyHandlers: Handlers<
  | "keys"
  | "keyPage"
  | "keyActivity"
  | "key"
  | "replaceKey"
  | "addKeys"
  | "restoreKey"
  | "checkAllKeys"
  | "editKey"
  | "removeKey"
  | "checkKey"
  | "liftCooldown"
  | "confirmProject"
> = {
  keys: async ({ admin }) => ok(await admin.keys()),
  keyPage: ({ admin }, { query }) => admin.keyPage(definedOnly(query)),
  keyActivity: async ({ admin }, { query }) => ok(await admin.keyActivity(query.ids)),
  key: ({ admin }, { params }) => admin.key(params.id),
  replaceKey: ({ admin, expected }, { params, body }) => admin.replaceKey(params.id, body, expected),
  async addKeys({ admin, request }, { body }) {
    const input = definedOnly(body);
    if (wantsProgress(request)) {
      return progressReply(async (send) => {
        const added = await admin.addKeys(
          input,
          (progress, last) => send("progress", { ...progress, last: plain(last) }),
        );
        return added.ok ? ok(summary(added.value)) : added;
      });
    }
    const added = await admin.addKeys(input);
    if (!added.ok) return added;
    const [only] = added.value;
    if (body.key !== undefined && only?.ok === false) return err(only.problem);
    return ok(summary(added.value));
  },
  restoreKey: ({ admin }, { body }) => admin.restoreKey(body.undo),
  async checkAllKeys({ admin, request }) {
    if (wantsProgress(request)) {
      return progressReply(async (send) =>
        ok({
          results: await admin.checkAllKeys((progress, last) => send("progress", { ...progress, last })),
        })
      );
    }
    return ok({ results: await admin.checkAllKeys() });
  },
  editKey({ admin, expected }, { params, body }) {
    const { updatedAt, ...edit } = body;
    return admin.editKey(params.id, definedOnly(edit), expected ?? updatedAt);
  },
  async removeKey({ admin }, { params }) {
    const removed = await admin.removeKey(params.id);
    return removed.ok ? ok({ success: true, ...removed.value }) : removed;
  },
  checkKey: ({ admin }, { params }) => admin.checkKey(params.id),
  liftCooldown: ({ admin }, { params, body }) => admin.liftCooldown(params.id, body.scope),
  confirmProject: ({ admin }, { body }) =>
    admin.confirmProject(body.credentials as CredentialId[], body.project),
};

function plain(added: AddedKey) {
  if (added.ok) return added;
  const { ok, tail, reason, problem } = added;
  return { ok, tail, reason, code: problem.code };
}

/** The seed's `success` and `models` stay for a single key. */
function summary(results: readonly AddedKey[]) {
  const added = results.filter((one) => one.ok);
  const [only] = added;
  return {
    success: added.length > 0,
    ok: added.length === results.length,
    ...(results.length === 1 && only?.ok === true ? { id: only.id, models: only.models } : {}),
    added: added.length,
    failed: results.length - added.length,
    results: results.map(plain),
  };
}
