import { readChart } from "../../components/usage/read_chart.ts";
import { page } from "fresh";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { usageQuery } from "../../components/usage/query.ts";
import { usageText } from "../../components/usage/words.ts";
import Usage from "../../islands/Usage.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url: { searchParams } }) {
    const now = Date.now();
    const query = usageQuery(searchParams, now);
    return page({ query, chart: await readChart(client, query, now) });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={usageText.title} lead={usageText.lead} />
    <Usage {...data} />
  </>
));
