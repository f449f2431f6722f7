import type { Endpoint } from "./endpoint.ts";
import { healthEndpoints } from "./health_endpoints.ts";
import { keyEndpoints } from "./key_endpoints.ts";

/** Every endpoint of the management API. Paths with fixed parts stand before those with parameters. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...healthEndpoints,
  ...keyEndpoints,
];
