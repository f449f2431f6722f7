import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { overviewText } from "../../components/text/overview.ts";
import Overview from "../../islands/Overview.tsx";
import { define } from "../_define.ts";

const RECENT = "limit=300";

export const handler = define.handlers({
  async GET({ state: { data } }) {
    const [health, stats, keys, buckets, caps, requests] = await Promise.all([
      data.health(),
      data.stats(),
      data.keys(),
      data.buckets(),
      data.caps(),
      data.requests(RECENT),
    ]);
    return page({ health, stats, keys, buckets, caps, calls: requests.items, at: Date.now() });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={overviewText.title} lead={overviewText.lead} />
    <Overview {...data} />
  </>
));
