import type { RouteName } from "../paths.ts";
import { accountHandlers, capHandlers, keyHandlers, modelHandlers } from "./pool.ts";
import { figureHandlers, liveHandlers } from "./figures.ts";
import type { Handlers } from "./handler.ts";
import { clientHandlers, docsHandlers, settingsHandlers } from "./settings.ts";

/** The handler of each route. */
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
