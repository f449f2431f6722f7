import { page } from "fresh";
import { problemsText } from "../../components/problems/words.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import Problems from "../../islands/Problems.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data } }) {
    const [overview, keys, groups] = await Promise.all([data.overview(), data.worstKeys(), data.problems()]);
    return page({ overview, keys, groups });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={problemsText.title} lead={problemsText.lead} />
    <Problems {...data} />
  </>
));
