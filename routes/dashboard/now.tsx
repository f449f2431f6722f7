import { page } from "fresh";
import { nowText } from "../../components/now/words.ts";
import { PageTitle } from "../../components/shell/page_title.tsx";
import Now from "../../islands/Now.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data } }) {
    const [calls, keys] = await Promise.all([data.calls(), data.keys()]);
    return page({ calls, keys });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={nowText.title} lead={nowText.lead} />
    <Now {...data} />
  </>
));
