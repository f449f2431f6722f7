import { readSpeeds } from "../../components/models/read_speeds.ts";
import { readCatalog } from "../../components/shared/models/read_catalog.ts";
import { page } from "fresh";
import { ALL_KEYS, readKeys } from "../../components/shared/keys/read_keys.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { modelsText } from "../../components/models/words.ts";
import Models from "../../islands/Models.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url }) {
    const [catalog, { rows: keys, total }, overview, speeds] = await Promise.all([
      readCatalog(client),
      readKeys(client, ALL_KEYS),
      client.overview(),
      readSpeeds(client),
    ]);
    return page({ catalog, keys, total, overview, speeds, typed: url.searchParams.get("q") ?? "" });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={modelsText.title} lead={modelsText.lead} />
    <Models {...data} />
  </>
));
