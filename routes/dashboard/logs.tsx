import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { logsText } from "../../components/text/logs.ts";
import Logs from "../../islands/Logs.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  GET: async ({ state: { data } }) => page({ logs: await data.logs() }),
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={logsText.title} lead={logsText.lead} />
    <Logs logs={data.logs} />
  </>
));
