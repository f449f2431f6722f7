import { readNamedKeys } from "../../components/shared/keys/read_keys.ts";
import { readCatalog } from "../../components/shared/models/read_catalog.ts";
import { readBoard, readCaps, readUsage } from "../../components/quotas/read_quotas.ts";
import { page } from "fresh";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { quotasText } from "../../components/quotas/words.ts";
import Quotas from "../../islands/Quotas.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url: { searchParams } }) {
    const filter = searchParams.get("q") ?? "";
    const [board, { accounts }, caps, catalog, clients, usage] = await Promise.all([
      readBoard(client, filter.slice(0, 200)),
      client.accounts(),
      readCaps(client),
      readCatalog(client),
      client.clients(),
      readUsage(client),
    ]);
    // A project that is only known as one key has that key's id.
    const keys = await readNamedKeys(client, usage.projects.rows.map(({ name }) => name));
    const targets = [
      ...catalog.models.map((model) => model.id),
      ...catalog.groups.map((group) => `group:${group.name}`),
      ...clients.map((client) => `client:${client.id}`),
    ];
    return page({
      board,
      accounts,
      caps,
      targets,
      keys: keys.map(({ id, label, email, tail }) => ({ id, label, email, tail })),
      usage,
      add: searchParams.get("add") ?? undefined,
      filter,
      cell: searchParams.get("cell") ?? "",
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={quotasText.title} lead={quotasText.lead} />
    <Quotas {...data} />
  </>
));
