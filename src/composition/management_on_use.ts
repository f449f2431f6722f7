import type { AppParts } from "../http/mod.ts";
import { type LocalClient, localClientOnUse } from "../management/client.ts";
import type { ApiPorts } from "../management/mod.ts";
import type { Access } from "./access.ts";
import { onFirstUse } from "./dashboard_mount.ts";
import type { RunningServices } from "./running_services.ts";

/** The management API as others reach it, and as functions for the pages of this process. */
export interface Management {
  readonly api: AppParts["api"];
  /** The API as functions, with the owner's rights. */
  readonly client: LocalClient;
  /** Ends open event streams. */
  endStreams(): void;
}

/**
 * The management API, loaded at the first request for it: its schemas cost a third of a start, and an agent's
 * first call should not wait for them.
 */
export function managementOnUse(
  services: RunningServices,
  access: Access,
  more: Omit<ApiPorts, "oauth">,
): Management {
  let made: Management | undefined;
  const management = onFirstUse(async () => {
    // The path is two strings: see cli.ts.
    const { managementApp } = await import(
      "./management_app" + ".ts"
    ) as typeof import("./management_app.ts");
    return made = managementApp(services, access, more);
  });
  return {
    api: { fetch: async (request, info) => (await management()).api.fetch(request, info) },
    client: localClientOnUse(async () => (await management()).client),
    endStreams: () => made?.endStreams(),
  };
}
