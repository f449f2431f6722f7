import { page } from "fresh";
import { connectionView } from "../../components/connection/connection_view.ts";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { overviewText } from "../../components/text/overview.ts";
import Overview from "../../islands/Overview.tsx";
import { define } from "../_define.ts";

const RECENT = "limit=300";

export const handler = define.handlers({
  async GET({ state: { data }, url }) {
    const [overview, stats, keys, requests, connection] = await Promise.all([
      data.overview(),
      data.stats(),
      data.worstKeys(),
      data.requests(RECENT),
      connectionView(data, url),
    ]);
    return page({ overview, stats, keys, calls: requests.items, at: Date.now(), connection });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={overviewText.title} lead={overviewText.lead} />
    <Overview {...data} />
  </>
));
