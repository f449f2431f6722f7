import { readCatalog } from "../../components/shared/models/read_catalog.ts";
import { page } from "fresh";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { playgroundText } from "../../components/playground/words.ts";
import { chatModels } from "../../components/shared/models/chat_models.ts";
import Playground from "../../islands/Playground.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url }) {
    const catalog = await readCatalog(client);
    const models = [...catalog.aliases.map((alias) => alias.name), ...chatModels(catalog.models)];
    const model = url.searchParams.get("model") ?? chatModels(catalog.models)[0] ?? "";
    return page({ models, model, origin: url.origin });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={playgroundText.title} lead={playgroundText.lead} />
    <Playground {...data} />
  </>
));
