import { agentEndpoints } from "./agent_endpoints.ts";
import { capEndpoints } from "./cap_endpoints.ts";
import { clientEndpoints } from "./client_endpoints.ts";
import { docsEndpoints } from "./docs_endpoints.ts";
import type { Endpoint } from "./endpoint.ts";
import { eventEndpoints } from "./event_endpoints.ts";
import { healthEndpoints } from "./health_endpoints.ts";
import { keyEndpoints } from "./key_endpoints.ts";
import { modelEndpoints } from "./model_endpoints.ts";
import { overviewEndpoints } from "./overview_endpoints.ts";
import { settingsEndpoints } from "./settings_endpoints.ts";
import { statsEndpoints } from "./stats_endpoints.ts";
import { transferEndpoints } from "./transfer_endpoints.ts";

const MANAGING: readonly Endpoint[] = [
  ...healthEndpoints,
  ...overviewEndpoints,
  ...keyEndpoints,
  ...agentEndpoints,
  ...modelEndpoints,
  ...statsEndpoints,
  ...capEndpoints,
  ...clientEndpoints,
  ...settingsEndpoints,
  ...transferEndpoints,
  ...eventEndpoints,
];

/**
 * Every endpoint of the management API with those of other rooms, and the documents of them all. Paths with fixed parts stand
 * before those with parameters.
 */
export function endpointsWith(further: readonly Endpoint[]): readonly Endpoint[] {
  const managing = [...further, ...MANAGING];
  return [...managing, ...docsEndpoints(managing)];
}
