import { page } from "fresh";
import { readAskable } from "../../components/playground/read_models.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { playgroundText } from "../../components/playground/words.ts";
import Playground from "../../islands/Playground.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url }) {
    const askable = await readAskable(client);
    const model = url.searchParams.get("model") ?? askable.models[0] ?? "";
    return page({ askable, model, origin: url.origin });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={playgroundText.title} lead={playgroundText.lead} />
    <Playground {...data} />
  </>
));
