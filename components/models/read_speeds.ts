import type { LocalClient } from "../../src/management/client.ts";
import type { ModelSpeed } from "../shared/views.ts";

/** The speed of each model since the first start. */
export async function readSpeeds(client: LocalClient): Promise<Readonly<Record<string, ModelSpeed>>> {
  const { modelStats } = await client.stats();
  return Object.fromEntries(
    Object.entries(modelStats).map(([model, { requests, latency, firstToken }]) => [
      model,
      { requests, totalMs: latency.p50, firstTokenMs: firstToken.p50 },
    ]),
  );
}
