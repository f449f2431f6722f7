import type { LocalClient } from "../../src/management/client.ts";
import { chatModels } from "../shared/models/chat_models.ts";
import { readCatalog } from "../shared/models/read_catalog.ts";

/** Models for chat: the user's own names, then models, those most likely to answer first. */
export interface AskableModels {
  readonly aliases: readonly string[];
  readonly models: readonly string[];
}

export async function readAskable(client: LocalClient): Promise<AskableModels> {
  const catalog = await readCatalog(client);
  return { aliases: catalog.aliases.map(({ name }) => name), models: chatModels(catalog.models) };
}
