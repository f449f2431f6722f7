import { readProblems } from "../../components/problems/groups.ts";
import { readWorstKeys } from "../../components/shared/keys/worst_keys.ts";
import { page } from "fresh";
import { problemsText } from "../../components/problems/words.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import Problems from "../../islands/Problems.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client } }) {
    const [overview, keys, groups] = await Promise.all([
      client.overview(),
      readWorstKeys(client),
      readProblems(client, Date.now()),
    ]);
    return page({ overview, keys, groups });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={problemsText.title} lead={problemsText.lead} />
    <Problems {...data} />
  </>
));
