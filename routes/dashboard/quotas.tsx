import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { quotasText } from "../../components/text/quotas.ts";
import Quotas from "../../islands/Quotas.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data }, url: { searchParams } }) {
    const [buckets, caps, catalog, clients, keys, usage] = await Promise.all([
      data.buckets(),
      data.caps(),
      data.catalog(),
      data.clients(),
      data.keys(),
      data.usage(),
    ]);
    const targets = [
      ...catalog.models.map((model) => model.id),
      ...catalog.groups.map((group) => `group:${group.name}`),
      ...clients.map((client) => `client:${client.id}`),
    ];
    return page({
      buckets,
      caps,
      targets,
      keys,
      usage,
      add: searchParams.has("add"),
      filter: searchParams.get("q") ?? "",
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={quotasText.title} lead={quotasText.lead} />
    <Quotas {...data} />
  </>
));
