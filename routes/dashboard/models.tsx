import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { modelsText } from "../../components/models/words.ts";
import Models from "../../islands/Models.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data }, url }) {
    const [catalog, keys, overview, speeds] = await Promise.all([
      data.catalog(),
      data.keys(),
      data.overview(),
      data.modelSpeeds(),
    ]);
    return page({ catalog, keys, overview, speeds, typed: url.searchParams.get("q") ?? "" });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={modelsText.title} lead={modelsText.lead} />
    <Models {...data} />
  </>
));
