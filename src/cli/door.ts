import type { Admin } from "../admin/mod.ts";

/** The use-cases that commands need. The running server and the database itself offer the same ones. */
export type Door =
  & Pick<
    Admin,
    | "keys"
    | "addKeys"
    | "removeKey"
    | "editKey"
    | "checkKey"
    | "checkAllKeys"
    | "aliases"
    | "putAlias"
    | "removeAlias"
    | "quotaGroups"
    | "putQuotaGroup"
    | "removeQuotaGroup"
    | "caps"
    | "putCap"
    | "removeCap"
    | "capProgress"
    | "clients"
    | "addClient"
    | "revokeClient"
    | "stats"
    | "quotaSummary"
    | "setupState"
    | "buckets"
    | "exportFile"
    | "importFile"
    | "backUp"
    | "setCapSchedule"
  >
  & {
    models(): Promise<ReturnType<Admin["models"]>>;
    health(): Promise<Awaited<ReturnType<Admin["health"]>>>;
    close(): Promise<void>;
  };
