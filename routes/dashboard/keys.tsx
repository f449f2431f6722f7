import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { keysText } from "../../components/text/keys.ts";
import Keys from "../../islands/Keys.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data }, url: { searchParams } }) {
    const [keys, suggestions] = await Promise.all([data.keys(), data.suggestions()]);
    return page({
      keys,
      suggestions,
      words: searchParams.get("q") ?? "",
      status: searchParams.get("status") ?? "",
      sort: searchParams.get("sort") ?? "",
      focus: searchParams.get("focus") ?? "",
      add: searchParams.has("add"),
      signIn: searchParams.has("signin"),
    });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={keysText.title} lead={keysText.lead} />
    <Keys {...data} />
  </>
));
