import { cancel, confirm, isCancel, note, password, select } from "@clack/prompts";
import { FIRST_RUN } from "../core/mod.ts";
import { CommandError, type Context } from "./command.ts";
import type { LocalClient } from "../management/client.ts";
import type { AfterStart } from "./serve_here.ts";

type Way = "terminal" | "browser" | "skip";

/** Asks in the terminal for what is missing. The database is closed again before the server opens it. */
export async function askFirstRun(context: Context): Promise<AfterStart> {
  const settings = await context.settings();
  if (settings.kv === ":memory:") return {};
  const visit = await context.services.visit(settings);
  let keys: AfterStart | number;
  let total: number;
  try {
    total = (await visit.client.setupState()).keys.total + settings.geminiApiKeys.length;
    keys = await askForKeys(visit.client, total);
  } finally {
    await visit.close();
  }
  if (typeof keys !== "number") return keys;
  const after = await askForAgents(context) ?? await askWhereTo(keys);
  return total === 0 && keys > 0 ? { ...after, verify: true } : after;
}

/** Asks for keys; returns the task for after the start, if any. */
async function askForKeys(client: LocalClient, total: number): Promise<AfterStart | number> {
  if (total > 0) return total;
  const way = await ask<Way>(select({
    message: `${FIRST_RUN.noKey}. How do you want to add one?`,
    options: [
      { value: "terminal", label: "Paste it here" },
      { value: "browser", label: "In the browser" },
      { value: "skip", label: "Later" },
    ],
  }));
  if (way === "browser") return { open: "/dashboard/setup" };
  if (way === "skip") return {};
  const added = await pasteKeys(client);
  return added > 0 ? added : {};
}

/** Offers to register installed agents while none is registered; undefined when nothing remains to be done. */
async function askForAgents(context: Context): Promise<AfterStart | undefined> {
  const { agentName, agentService, foundAgents } = await import("./agents/agent_service.ts");
  const service = await agentService(context);
  const found = await foundAgents(service, "installed");
  if (found.length === 0 || (await foundAgents(service, "configured")).length > 0) return undefined;
  const way = await ask<Way>(select({
    message: `${FIRST_RUN.notRegistered}. ${FIRST_RUN.foundHere(found.map(agentName))}`,
    options: [
      { value: "terminal", label: "Register now" },
      { value: "browser", label: "In the browser" },
      { value: "skip", label: "Later" },
    ],
  }));
  if (way === "browser") return { open: "/dashboard/setup?step=3" };
  if (way === "terminal") await context.runAlso(["install"]);
  return {};
}

/** Asks until a key works or the user gives up; returns how many work. Several may be pasted at once, on one line. */
async function pasteKeys(client: LocalClient): Promise<number> {
  note(`${FIRST_RUN.freeKeys}\n${FIRST_RUN.several}`, FIRST_RUN.step(1));
  while (true) {
    const text = await ask<string>(password({ message: "Gemini API key" }));
    const { results } = text.trim() === "" ? { results: [] } : await client.addKeys({ text });
    const refused = results.flatMap((one) => one.ok ? [] : [`${one.tail}: ${one.reason}`]);
    const works = results.flatMap((one) => one.ok ? [one.models.length] : []);
    if (works.length > 0) {
      note([FIRST_RUN.works(works.length, Math.max(...works)), ...refused].join("\n"), FIRST_RUN.step(2));
      return works.length;
    }
    const why = refused.length === 0 ? FIRST_RUN.noneInText : refused.join("\n");
    const again = await ask<boolean>(confirm({ message: `${why.replace(/\.$/, "")}. Try another?` }));
    if (!again) return 0;
  }
}

async function askWhereTo(keys: number): Promise<AfterStart> {
  const open = await ask<boolean>(confirm({
    message: `${FIRST_RUN.ready(keys)}. Open the dashboard?`,
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
