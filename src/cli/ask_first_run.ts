import { cancel, confirm, isCancel, note, password, select } from "@clack/prompts";
import type { Context } from "./command.ts";
import { CommandError } from "./command_error.ts";
import type { AfterStart } from "./first_run.ts";
import { plural } from "./spans.ts";
import { valueOf } from "./value_of.ts";

type Way = "terminal" | "browser" | "skip";

/** Asks in the terminal for what is missing. The database is closed again before the server opens it. */
export async function askFirstRun(context: Context): Promise<AfterStart> {
  const settings = await context.settings();
  if (settings.kv === ":memory:") return {};
  const { openDirectDoor } = await import("./direct_door.ts");
  const door = await openDirectDoor(settings, context.services.version);
  try {
    const state = await door.setupState();
    if (state.hasKeys || settings.geminiApiKeys.length > 0) return await askWhereTo(state.keys.total);
    const way = await ask<Way>(select({
      message: "There is no Gemini key yet. How do you want to add one?",
      options: [
        { value: "terminal", label: "Paste it here" },
        { value: "browser", label: "In the browser" },
        { value: "skip", label: "Later" },
      ],
    }));
    if (way === "browser") return { open: "/dashboard/setup" };
    if (way === "terminal") await pasteKey(door);
    return {};
  } finally {
    await door.close();
  }
}

type DirectDoor = Awaited<ReturnType<Context["door"]>>;

async function pasteKey(door: DirectDoor): Promise<void> {
  note("Free keys: https://aistudio.google.com/apikey");
  while (true) {
    const key = await ask<string>(password({ message: "Gemini API key" }));
    const [added] = valueOf(await door.addKeys({ key }));
    if (added?.ok === true) return note(`The key works: ${plural(added.models.length, "model")}.`);
    const again = await ask<boolean>(
      confirm({ message: `${added?.reason ?? "It was refused"}. Try another?` }),
    );
    if (!again) return;
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
