import type { Settings } from "../../config/mod.ts";
import { portHolder } from "../port_holder.ts";
import { localUrl, type ServerInfo } from "../server_file.ts";
import { type Finding, good, wrong } from "./finding.ts";

/** The port is ours already, or free. */
export async function checkPort(
  { port, host }: Pick<Settings, "port" | "host">,
  running: ServerInfo | undefined,
): Promise<Finding> {
  if (running !== undefined) {
    return good("port", `The server runs at ${localUrl(running)} (process ${running.pid})`);
  }
  try {
    Deno.listen({ port, hostname: host === "localhost" ? "127.0.0.1" : host }).close();
    return good("port", `Port ${port} is free`);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      return wrong("port", `Port ${port} is taken by ${await portHolder(port)}`, "Set PORT to another one");
    }
    const reason = error instanceof Error ? error.message : String(error);
    return wrong("port", `${host}:${port} cannot be listened on: ${reason}`, "Check HOST and PORT");
  }
}
