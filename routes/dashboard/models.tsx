import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { modelsText } from "../../components/text/models.ts";
import Models from "../../islands/Models.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data }, url }) {
    const [catalog, keys] = await Promise.all([data.catalog(), data.keys()]);
    return page({ catalog, keys, typed: url.searchParams.get("q") ?? "" });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={modelsText.title} lead={modelsText.lead} />
    <Models {...data} />
  </>
));
