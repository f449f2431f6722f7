import { readLiveCalls } from "../../components/now/call_list.tsx";
import { readEndedCalls } from "../../components/now/ended_list.tsx";
import { page } from "fresh";
import { nowText } from "../../components/now/words.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import Now from "../../islands/Now.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client } }) {
    const [calls, ended] = await Promise.all([readLiveCalls(client), readEndedCalls(client)]);
    return page({ calls, ended });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={nowText.title} lead={nowText.lead} />
    <Now {...data} />
  </>
));
