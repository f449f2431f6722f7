import type { RouteName } from "./paths.ts";
import type { Route } from "./route.ts";
import { figureRoutes, liveRoutes } from "./routes/figures.ts";
import { accountRoutes, capRoutes, keyRoutes, modelRoutes } from "./routes/pool.ts";
import { clientRoutes, docsRoutes, settingsRoutes, transferRoutes } from "./routes/settings.ts";

/** Every route: clients, handlers and the OpenAPI document are made from it. */
export const routes = {
  ...accountRoutes,
  ...liveRoutes,
  ...keyRoutes,
  ...modelRoutes,
  ...figureRoutes,
  ...capRoutes,
  ...clientRoutes,
  ...settingsRoutes,
  ...transferRoutes,
  ...docsRoutes,
} satisfies Record<RouteName, Route>;
export type Routes = typeof routes;
