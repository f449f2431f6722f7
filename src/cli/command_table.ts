import type { Command } from "./command.ts";
import { demo } from "./commands/demo.ts";
import { keyAdd } from "./commands/key_add.ts";
import { keyCheck } from "./commands/key_check.ts";
import { keyList } from "./commands/key_list.ts";
import { keyRemove } from "./commands/key_remove.ts";
import { restart } from "./commands/restart.ts";
import { sim } from "./commands/sim.ts";
import { start } from "./commands/start.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  start,
  stop,
  restart,
  status,
  demo,
  sim,
  keyAdd,
  keyList,
  keyRemove,
  keyCheck,
];
