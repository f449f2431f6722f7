import { readLogs } from "../../components/logs/log_lines.ts";
import { page } from "fresh";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { logsText } from "../../components/logs/words.ts";
import Logs from "../../islands/Logs.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url: { searchParams } }) {
    const value = (name: string) => searchParams.get(name) ?? "";
    return page({
      logs: await readLogs(client),
      initial: { words: value("q"), level: value("level"), kind: value("kind") },
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={logsText.title} lead={logsText.lead} />
    <Logs {...data} />
  </>
));
