import type { RouteName } from "../paths.ts";
import { accountHandlers } from "./accounts.ts";
import { capHandlers } from "./caps.ts";
import { clientHandlers } from "./clients.ts";
import { docsHandlers } from "./docs.ts";
import { figureHandlers } from "./figures.ts";
import type { Handlers } from "./handler.ts";
import { keyHandlers } from "./keys.ts";
import { liveHandlers } from "./live.ts";
import { modelHandlers } from "./models.ts";
import { settingsHandlers } from "./settings.ts";

/** What does each route's work. */
export const handlers: Handlers<RouteName> = {
  ...accountHandlers,
  ...liveHandlers,
  ...keyHandlers,
  ...modelHandlers,
  ...figureHandlers,
  ...capHandlers,
  ...clientHandlers,
  ...settingsHandlers,
  ...docsHandlers,
};
