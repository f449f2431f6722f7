import { userFolder } from "../../config/mod.ts";
import type { Context } from "../command.ts";
import { CommandError } from "../command_error.ts";
import { oneOf } from "../one_of.ts";
import { selfCommand } from "../self_command.ts";
import { logPath } from "../spawn_server.ts";
import type { AutostartPlan, Platform } from "./plan.ts";
import { SERVICE_KINDS, type ServiceKind } from "./services.ts";

const PLATFORMS = ["darwin", "linux", "windows"] as const;

/** The service of this machine, or of the platform that --platform names. */
export interface CurrentService {
  readonly kind: ServiceKind;
  readonly file: string;
  readonly plan: AutostartPlan;
  readonly home: string;
}

export async function currentService(context: Context): Promise<CurrentService> {
  const platform = oneOf(context, "platform", PLATFORMS) ?? platformOf(Deno.build.os);
  const kind = SERVICE_KINDS[platform];
  const { home, logFile } = await context.settings();
  const user = userFolder(context.services.env, Deno.build.os);
  if (user === undefined) throw new CommandError("This user has no home folder for a service");
  const plan = {
    ...selfCommand(context.services, ["start", "--no-splash", "--no-interactive"]),
    log: logPath(home),
    env: {
      LOG_FILE: logFile ?? logPath(home),

      GEMINITRO_HOME: home,
      ...(context.services.entry === undefined ? {} : { DENO_NO_UPDATE_CHECK: "1" }),
    },
  };
  return { kind, file: kind.file({ user, home }), plan, home };
}

function platformOf(os: string): Platform {
  const found = PLATFORMS.find((one) => one === os);
  if (found === undefined) {
    throw new CommandError(`There is no autostart for ${os}`, {
      hint: "Let your system's own service manager run: geminitro start --no-interactive",
    });
  }
  return found;
}
