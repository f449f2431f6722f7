import type { InstallRequest } from "../../agents/mod.ts";
import type { Context } from "../command.ts";
import { CommandError, usageError } from "../command_error.ts";
import { oneOf } from "../one_of.ts";
import { selfCommand } from "../self_command.ts";
import { localUrl } from "../server_file.ts";
import { chatModels, defaultModel } from "./chat_models.ts";

/** What agents are told about the proxy: its address, its token, and the models that its keys serve now. */
export async function installRequest(context: Context): Promise<InstallRequest> {
  const settings = await context.settings();
  const running = await context.server();
  const { entries } = await (await context.client()).models();
  const models = chatModels(entries);
  if (models.length === 0) {
    throw new CommandError("No model is known yet, so there is nothing to tell an agent", {
      code: "no_models",
      hint: "Add a key first: geminitro key add <key>",
    });
  }
  const model = context.text("model") ?? defaultModel(models);
  if (!models.some(({ id }) => id === model)) {
    throw usageError(
      `--model ${model} is not one of the models`,
      "geminitro stats and GET /v1/models list them.",
    );
  }
  const scope = oneOf(context, "scope", ["global", "project"] as const) ?? "global";
  return {
    baseUrl: localUrl(running ?? settings),
    apiKey: settings.proxyApiKey,
    models: models.map((one) => ({
      id: one.id,
      name: one.displayName,
      inputTokenLimit: one.inputTokenLimit,
      outputTokenLimit: one.outputTokenLimit,
      thinking: one.thinking,
    })),
    ...(model === undefined ? {} : { defaultModel: model }),
    scope,
    ...(scope === "project" ? { projectDir: Deno.cwd() } : {}),
    ...(context.flag("mcp") ? { mcp: mcpCommand(context) } : {}),
  };
}

/** How an agent starts this very program's MCP server. */
function mcpCommand({ services }: Context): { readonly command: string; readonly args: readonly string[] } {
  const { program, args } = selfCommand(services, ["mcp"]);
  return { command: program, args };
}
