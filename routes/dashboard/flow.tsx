import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { flowText } from "../../components/text/flow.ts";
import Flow from "../../islands/Flow.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data } }) {
    const [requests, keys] = await Promise.all([data.requests("limit=500"), data.keys()]);
    return page({ calls: requests.items, keys });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={flowText.title} lead={flowText.lead} />
    <Flow {...data} />
  </>
));
