import { readHealth } from "../../components/shared/health.ts";
import { readCatalog } from "../../components/shared/models/read_catalog.ts";
import type { Agent as AgentRow } from "../../src/management/contract.ts";
import { page } from "fresh";
import { connectionView } from "../../components/shared/connection/connection_view.ts";
import { ALL_KEYS, readKeys } from "../../components/shared/keys/read_keys.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { setupText } from "../../components/setup/words.ts";
import Setup from "../../islands/Setup.tsx";
import { define } from "../_define.ts";

/** The step at which set-up continues: without a key the first, with an agent that is not registered yet at the third. */
function nextStep(keys: number, agents: readonly AgentRow[]): number {
  if (keys === 0) return 1;
  const isRegistered = agents.some(({ installed }) => installed);
  return !isRegistered && agents.some(({ detected }) => detected) ? 3 : setupText.steps.length;
}

export const handler = define.handlers({
  async GET({ state: { client }, url }) {
    const { searchParams } = url;
    const [{ rows: keys }, { keys: counts }, catalog, agents, connection] = await Promise.all([
      readKeys(client, ALL_KEYS),
      readHealth(client),
      readCatalog(client),
      client.agents(),
      connectionView(client, url),
    ]);
    const asked = Number(searchParams.get("step"));
    const isStep = Number.isInteger(asked) && asked >= 1 && asked <= setupText.steps.length;
    return page({
      keys,
      counts,
      catalog,
      agents,
      connection,
      step: isStep ? asked : nextStep(counts.total, agents),
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={setupText.title} lead={setupText.lead} />
    <Setup {...data} />
  </>
));
