import { ok } from "../../core/mod.ts";
import { definedOnly, type Handlers } from "./handler.ts";

/** The user's own limits, and what is known of Google's. */
export const capHandlers: Handlers<
  | "caps"
  | "putCap"
  | "capProgress"
  | "capCheck"
  | "setCapSchedule"
  | "removeCap"
  | "buckets"
  | "board"
  | "limits"
  | "putLimit"
  | "removeLimit"
  | "pool"
> = {
  caps: async ({ admin }) => ok(await admin.caps()),
  async putCap({ admin, expected }, { body }) {
    const { updatedAt, lastReset: _lastReset, ...input } = body;
    const put = await admin.putCap(definedOnly(input), expected ?? updatedAt);
    return put.ok ? ok({ success: true, cap: put.value }) : put;
  },
  capProgress: async ({ admin }) => ok(await admin.capProgress()),
  capCheck: async ({ admin }, { params }) => ok(await admin.capCheck(params.model) ?? null),
  async setCapSchedule({ admin }, { body }) {
    const set = await admin.setCapSchedule(definedOnly(body));
    return set.ok ? ok({ success: true, ...set.value }) : set;
  },
  async removeCap({ admin }, { params }) {
    const removed = await admin.removeCap(params.model);
    return removed.ok ? ok({ success: true, ...removed.value }) : removed;
  },
  buckets: ({ admin }, { query }) => admin.buckets(definedOnly(query)),
  board: async ({ admin }, { query }) => ok(await admin.board(query.q ?? "")),
  limits: async ({ admin }) => ok(await admin.limits()),
  putLimit: ({ admin }, { params, body }) => admin.putLimit(params.name, body),
  removeLimit: ({ admin }, { params }) => admin.removeLimit(params.name),
  pool({ admin }) {
    const { queue, credentials, suggestions } = admin.pool();
    return ok({ queue, credentials, suggestions });
  },
};
