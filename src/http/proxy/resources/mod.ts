/**
 * Resources of a Google project: who owns each, which key must serve a call that names some, and the native
 * paths that are not plain calls on a model. Learns from replies; knows no dialect.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { Store } from "../../../store/mod.ts";
import { OwnerFinder } from "./owner_of_call.ts";
import { ResourceRegistry } from "./registry.ts";

export { serveResource, uploaderOf } from "./serve.ts";

/** The registry of resources, and the finder that uses it. */
export interface Resources {
  readonly registry: ResourceRegistry;
  readonly finder: OwnerFinder;
}

export function createResources(
  store: Pick<Store, "expiring" | "config">,
  clock: Clock,
): Resources {
  const registry = new ResourceRegistry(store, clock);
  return { registry, finder: new OwnerFinder(registry, () => clock.now()) };
}
