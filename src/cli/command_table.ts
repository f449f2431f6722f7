import type { Command } from "./command.ts";
import { requestsFollow, requestsList, requestsReplay, requestsShow } from "./commands/requests.ts";
import {
  aliasAdd,
  aliasList,
  aliasRemove,
  fallbackList,
  fallbackRemove,
  fallbackSet,
  quotaGroupAdd,
  quotaGroupList,
  quotaGroupRemove,
} from "./commands/model.ts";
import { keyAdd, keyCheck, keyEdit, keyList, keyRemove, keyReplace, keyUndo } from "./commands/key.ts";
import { clientAdd, clientList, clientRevoke } from "./commands/client.ts";
import { capList, capRemove, capSchedule, capSet } from "./commands/cap.ts";
import { limitList, limitRemove, limitSet } from "./commands/limit.ts";
import { accountList, accountOff, accountOn, accountQuota, accountRemove } from "./commands/account.ts";
import { autostartInstall, autostartRemove, autostartStatus } from "./commands/autostart.ts";
import { backup, exportCommand, importCommand, masterKeyChange } from "./commands/backup.ts";
import { completions, configShow, mcp, update, version } from "./commands/program.ts";
import { demo } from "./commands/demo.ts";
import { doctor } from "./commands/doctor.ts";
import { install, uninstall } from "./commands/agent.ts";
import { login } from "./commands/login.ts";
import { logs } from "./commands/logs.ts";
import { open, restart, start, stop } from "./commands/server.ts";
import { sim } from "./commands/sim.ts";
import { now, stats, status, top } from "./commands/status.ts";

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
  keyReplace,
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
  limitList,
  limitSet,
  limitRemove,
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
