import { type CredentialId, ok } from "../../core/mod.ts";
import type { Routes } from "../routes.ts";
import type { Handler, Handlers } from "./handler.ts";

const refreshModels: Handler<Routes["refreshModels"]> = async ({ admin, request }, { body }) => {
  const only = body.keys as readonly CredentialId[] | undefined;
  const results = await admin.refreshModels(request.signal, only);
  return ok({ success: true, models: admin.models().models, results });
};

export const modelHandlers: Handlers<
  | "models"
  | "refreshModels"
  | "refreshModelsToo"
  | "configTemplate"
  | "aliases"
  | "putAlias"
  | "removeAlias"
  | "quotaGroups"
  | "putQuotaGroup"
  | "removeQuotaGroup"
  | "fallbacks"
  | "putFallback"
  | "removeFallback"
> = {
  models: ({ admin }) => ok(admin.models()),
  refreshModels,
  refreshModelsToo: refreshModels,
  configTemplate: ({ admin }) => ok(admin.models().entries.map((entry) => entry.id)),
  aliases: async ({ admin }) => ok(await admin.aliases()),
  putAlias: ({ admin, expected }, { params, body }) =>
    admin.putAlias(params.name, body.target, expected ?? body.updatedAt),
  removeAlias: ({ admin }, { params }) => admin.removeAlias(params.name),
  quotaGroups: async ({ admin }) => ok(await admin.quotaGroups()),
  putQuotaGroup: ({ admin, expected }, { params, body }) =>
    admin.putQuotaGroup(params.name, body.models, expected ?? body.updatedAt),
  removeQuotaGroup: ({ admin }, { params }) => admin.removeQuotaGroup(params.name),
  fallbacks: async ({ admin }) => ok(await admin.fallbacks()),
  putFallback: ({ admin, expected }, { params, body }) =>
    admin.putFallback(params.name, body.to, expected ?? body.updatedAt),
  removeFallback: ({ admin }, { params }) => admin.removeFallback(params.name),
};
