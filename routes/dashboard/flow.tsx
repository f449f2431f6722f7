import { page } from "fresh";
import { flowText } from "../../components/flow/words.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { SPANS } from "../../components/shared/spans.ts";
import Flow, { type FlowProps } from "../../islands/Flow.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url: { searchParams } }) {
    const asked = searchParams.get("range") ?? "";
    const range = Object.hasOwn(SPANS, asked) ? asked as FlowProps["range"] : "24h";
    return page({ range, flow: await client.callPaths({ since: Date.now() - SPANS[range] }) });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={flowText.title} lead={flowText.lead} />
    <Flow {...data} />
  </>
));
