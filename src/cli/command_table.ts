import type { Command } from "./command.ts";
import { accountList } from "./commands/account_list.ts";
import { accountRemove } from "./commands/account_remove.ts";
import { aliasAdd } from "./commands/alias_add.ts";
import { aliasList } from "./commands/alias_list.ts";
import { aliasRemove } from "./commands/alias_remove.ts";
import { autostartInstall } from "./commands/autostart_install.ts";
import { autostartRemove } from "./commands/autostart_remove.ts";
import { autostartStatus } from "./commands/autostart_status.ts";
import { backup } from "./commands/backup.ts";
import { capList } from "./commands/cap_list.ts";
import { capRemove } from "./commands/cap_remove.ts";
import { capSet } from "./commands/cap_set.ts";
import { clientAdd } from "./commands/client_add.ts";
import { clientList } from "./commands/client_list.ts";
import { clientRevoke } from "./commands/client_revoke.ts";
import { completions } from "./commands/completions.ts";
import { configShow } from "./commands/config_show.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { install } from "./commands/install.ts";
import { keyAdd } from "./commands/key_add.ts";
import { keyCheck } from "./commands/key_check.ts";
import { keyList } from "./commands/key_list.ts";
import { keyUndo } from "./commands/key_undo.ts";
import { keyRemove } from "./commands/key_remove.ts";
import { login } from "./commands/login.ts";
import { mcp } from "./commands/mcp.ts";
import { logs } from "./commands/logs.ts";
import { masterKeyChange } from "./commands/master_key_change.ts";
import { open } from "./commands/open.ts";
import { quotaGroupAdd } from "./commands/quota_group_add.ts";
import { quotaGroupList } from "./commands/quota_group_list.ts";
import { quotaGroupRemove } from "./commands/quota_group_remove.ts";
import { restart } from "./commands/restart.ts";
import { sim } from "./commands/sim.ts";
import { start } from "./commands/start.ts";
import { stats } from "./commands/stats.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
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
  mcp,
  logs,
  open,
  demo,
  sim,
  install,
  uninstall,
  keyAdd,
  keyList,
  keyRemove,
  keyUndo,
  keyCheck,
  login,
  accountList,
  accountRemove,
  aliasAdd,
  aliasList,
  aliasRemove,
  quotaGroupAdd,
  quotaGroupList,
  quotaGroupRemove,
  capSet,
  capList,
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
