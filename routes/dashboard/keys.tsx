import { keyRow } from "../../components/shared/keys/key_row.ts";
import { readSuggestions } from "../../components/keys/suggestion_list.tsx";
import { page } from "fresh";
import { keysQueryOf, readKeys } from "../../components/shared/keys/read_keys.ts";
import { keysText } from "../../components/keys/words.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import Keys from "../../islands/Keys.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url: { searchParams } }) {
    const query = keysQueryOf(searchParams);
    const focus = searchParams.get("focus") ?? "";
    const [view, suggestions, focused] = await Promise.all([
      readKeys(client, query),
      readSuggestions(client),
      // A link may name a removed key: the page then says so.
      focus === "" ? undefined : client.key(focus).then(keyRow).catch(() => undefined),
    ]);
    return page({
      view,
      query,
      suggestions,
      focus,
      ...(focused === undefined ? {} : { focused }),
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
