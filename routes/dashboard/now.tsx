import { readLiveCalls } from "../../components/now/call_list.tsx";
import { page } from "fresh";
import { nowText } from "../../components/now/words.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import Now from "../../islands/Now.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client } }) {
    return page({ calls: await readLiveCalls(client) });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={nowText.title} lead={nowText.lead} />
    <Now {...data} />
  </>
));
