import { createClient, type LocalClient } from "../management/client.ts";
import type { Context } from "./command.ts";
import { localUrl, runningServer } from "./server_file.ts";

/** Looks for the running server at each call: it may be started, stopped and moved meanwhile. */
export async function liveClient(context: Context): Promise<() => Promise<LocalClient>> {
  const { home, proxyApiKey: token } = await context.settings();
  return async () => {
    const running = await runningServer(home);
    if (running === undefined) {
      throw new Error("GemiNitro is not running. Start it: geminitro start --detach");
    }
    return createClient({ base: localUrl(running), token });
  };
}
