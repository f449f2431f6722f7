import { readRecentCalls, readStats } from "../../components/overview/read_overview.ts";
import { readWorstKeys } from "../../components/shared/keys/worst_keys.ts";
import { page } from "fresh";
import { connectionView } from "../../components/shared/connection/connection_view.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { overviewText } from "../../components/overview/words.ts";
import Overview from "../../islands/Overview.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url }) {
    const [overview, stats, keys, calls, connection] = await Promise.all([
      client.overview(),
      readStats(client),
      readWorstKeys(client),
      readRecentCalls(client),
      connectionView(client, url),
    ]);
    return page({ overview, stats, keys, calls, at: Date.now(), connection });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={overviewText.title} lead={overviewText.lead} />
    <Overview {...data} />
  </>
));
