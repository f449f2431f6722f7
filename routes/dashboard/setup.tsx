import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { setupText } from "../../components/text/setup.ts";
import Setup from "../../islands/Setup.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data }, url: { searchParams } }) {
    const [keys, catalog, agents] = await Promise.all([data.keys(), data.catalog(), data.agents()]);
    const step = Number(searchParams.get("step")) - 1;
    return page({ keys, catalog, agents, step: step >= 0 && step < setupText.steps.length ? step : 0 });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={setupText.title} lead={setupText.lead} />
    <Setup {...data} />
  </>
));
