import { page } from "fresh";
import { PageTitle } from "../../components/shell/page_title.tsx";
import { settingsText } from "../../components/text/settings.ts";
import Settings from "../../islands/Settings.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { data } }) {
    const [clients, health, settings] = await Promise.all([data.clients(), data.health(), data.settings()]);
    return page({ clients, health, settings });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={settingsText.title} lead={settingsText.lead} />
    <Settings {...data} />
  </>
));
