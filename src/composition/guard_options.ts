import type { GuardOptions } from "../http/mod.ts";
import type { RunningServices } from "./running_services.ts";

/** The same refusal is told once in this time: a page that asks each second must not fill the log. */
const AGAIN_MS = 60_000;
const MOST = 100;

/** What the guards of all parts share: the addresses of fronts, and a word in the log for whoever set one up. */
export function guardOptions(
  { settings, ledger, ports }: Pick<RunningServices, "settings" | "ledger" | "ports">,
): Pick<GuardOptions, "publicUrls" | "onRefused"> {
  const told = new Map<string, number>();
  return {
    publicUrls: settings.publicUrls,
    onRefused(message) {
      const now = ports.clock.now();
      if (now - (told.get(message) ?? -Infinity) < AGAIN_MS) return;
      if (told.size >= MOST) told.clear();
      told.set(message, now);
      ledger.log("warn", "server", `Refused: ${message}`);
    },
  };
}
