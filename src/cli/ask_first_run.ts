import { cancel, confirm, isCancel, note, password, select } from "@clack/prompts";
import type { Context } from "./command.ts";
import { CommandError } from "./command_error.ts";
import { ApiError, type LocalClient } from "../management/client.ts";
import type { AfterStart } from "./first_run.ts";
import { plural } from "./plural.ts";

type Way = "terminal" | "browser" | "skip";

/** Asks in the terminal for what is missing. The database is closed again before the server opens it. */
export async function askFirstRun(context: Context): Promise<AfterStart> {
  const settings = await context.settings();
  if (settings.kv === ":memory:") return {};
  const visit = await context.services.visit(settings);
  let keys: AfterStart | number;
  try {
    keys = await askForKeys(visit.client, settings.geminiApiKeys.length);
  } finally {
    await visit.close();
  }
  if (typeof keys !== "number") return keys;
  return await askForAgents(context) ?? await askWhereTo(keys);
}

/** The keys that are there now, or what is to be done once the server runs. */
async function askForKeys(client: LocalClient, fromSettings: number): Promise<AfterStart | number> {
  const total = (await client.setupState()).keys.total + fromSettings;
  if (total > 0) return total;
  const way = await ask<Way>(select({
    message: "There is no Gemini key yet. How do you want to add one?",
    options: [
      { value: "terminal", label: "Paste it here" },
      { value: "browser", label: "In the browser" },
      { value: "skip", label: "Later" },
    ],
  }));
  if (way === "browser") return { open: "/dashboard/setup" };
  if (way === "skip") return {};
  return await pasteKey(client) ? 1 : {};
}

/** Offers to register agents that are here while none is registered; undefined when there is nothing more to do. */
async function askForAgents(context: Context): Promise<AfterStart | undefined> {
  const { agentName, agentRoom, foundAgents } = await import("./agents/agent_room.ts");
  const room = await agentRoom(context);
  const found = await foundAgents(room, "installed");
  if (found.length === 0 || (await foundAgents(room, "configured")).length > 0) return undefined;
  const way = await ask<Way>(select({
    message: `No coding agent is registered. Found here: ${found.map(agentName).join(", ")}`,
    options: [
      { value: "terminal", label: "Register now" },
      { value: "browser", label: "In the browser" },
      { value: "skip", label: "Later" },
    ],
  }));
  if (way === "browser") return { open: "/dashboard/setup?skip_key=true" };
  if (way === "terminal") await context.runAlso(["install"]);
  return {};
}

async function pasteKey(client: LocalClient): Promise<boolean> {
  note("Free keys: https://aistudio.google.com/apikey");
  while (true) {
    const key = await ask<string>(password({ message: "Gemini API key" }));
    const added = await client.addKeys({ key }).catch((cause) => cause);
    if (!(added instanceof Error)) {
      note(`The key works: ${plural(added.models?.length ?? 0, "model")}.`);
      return true;
    }
    if (!(added instanceof ApiError)) throw added;
    const again = await ask<boolean>(confirm({ message: `${added.message}. Try another?` }));
    if (!again) return false;
  }
}

async function askWhereTo(keys: number): Promise<AfterStart> {
  const open = await ask<boolean>(confirm({
    message: `GemiNitro is ready with ${plural(keys, "key")}. Open the dashboard?`,
    initialValue: false,
  }));
  return open ? { open: "/dashboard" } : {};
}

async function ask<Value>(prompt: Promise<Value | symbol>): Promise<Value> {
  const answer = await prompt;
  if (!isCancel(answer)) return answer as Value;
  cancel("Nothing was started.");
  throw new CommandError("You left the set-up", { code: "cancelled" });
}
