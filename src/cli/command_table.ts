import type { Command } from "./command.ts";
import { requestsFollow, requestsList, requestsReplay, requestsShow } from "./commands/requests.ts";
import { now } from "./commands/now.ts";
import { fallbackList, fallbackRemove, fallbackSet } from "./commands/fallback.ts";
import { keyAdd, keyCheck, keyEdit, keyList, keyRemove, keyUndo } from "./commands/key.ts";
import { quotaGroupAdd, quotaGroupList, quotaGroupRemove } from "./commands/quota_group.ts";
import { clientAdd, clientList, clientRevoke } from "./commands/client.ts";
import { capList, capRemove, capSchedule, capSet } from "./commands/cap.ts";
import { aliasAdd, aliasList, aliasRemove } from "./commands/alias.ts";
import { accountList, accountOff, accountOn, accountQuota, accountRemove } from "./commands/account.ts";
import { autostartInstall } from "./commands/autostart_install.ts";
import { autostartRemove } from "./commands/autostart_remove.ts";
import { autostartStatus } from "./commands/autostart_status.ts";
import { backup } from "./commands/backup.ts";
import { completions } from "./commands/completions.ts";
import { configShow } from "./commands/config_show.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { install } from "./commands/install.ts";
import { login } from "./commands/login.ts";
import { mcp } from "./commands/mcp.ts";
import { logs } from "./commands/logs.ts";
import { masterKeyChange } from "./commands/master_key_change.ts";
import { open } from "./commands/open.ts";
import { restart } from "./commands/restart.ts";
import { sim } from "./commands/sim.ts";
import { start } from "./commands/start.ts";
import { stats } from "./commands/stats.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
import { top } from "./commands/top.ts";
import { uninstall } from "./commands/uninstall.ts";
import { update } from "./commands/update.ts";
import { version } from "./commands/version.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  start,
  stop,
  restart,
  status,
  stats,
  now,
  top,
  requestsList,
  requestsShow,
  requestsFollow,
  requestsReplay,
  mcp,
  logs,
  open,
  demo,
  sim,
  install,
  uninstall,
  keyAdd,
  keyList,
  keyEdit,
  keyRemove,
  keyUndo,
  keyCheck,
  login,
  accountList,
  accountOn,
  accountOff,
  accountQuota,
  accountRemove,
  aliasAdd,
  aliasList,
  aliasRemove,
  quotaGroupAdd,
  quotaGroupList,
  quotaGroupRemove,
  fallbackSet,
  fallbackList,
  fallbackRemove,
  capSet,
  capList,
  capSchedule,
  capRemove,
  clientAdd,
  clientList,
  clientRevoke,
  backup,
  masterKeyChange,
  exportCommand,
  importCommand,
  configShow,
  doctor,
  update,
  autostartInstall,
  autostartRemove,
  autostartStatus,
  completions,
  version,
];
