/**
 * Method and path of every route by its name, apart from the schemas: a browser's client needs these alone, and no schema library.
 */
export const PATHS = {
  overview: "GET /api/overview",
  calls: "GET /api/calls",
  call: "GET /api/calls/{id}",
  cancelCall: "DELETE /api/calls/{id}",
} as const;

export type RouteName = keyof typeof PATHS;
