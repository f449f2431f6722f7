import { CALLS_A_PAGE, readTotals } from "../../components/requests/read_requests.ts";
import { queryOf, readRequests } from "../../components/shared/calls/read_calls.ts";
import { readCatalog } from "../../components/shared/models/read_catalog.ts";
import { page } from "fresh";
import { apiQuery, filtersOf, totalsQuery } from "../../components/shared/requests/request_query.ts";
import { PageTitle } from "../../components/shared/shell/page_title.tsx";
import { requestsText } from "../../components/requests/words.ts";
import Requests from "../../islands/Requests.tsx";
import { define } from "../_define.ts";

export const handler = define.handlers({
  async GET({ state: { client }, url: { searchParams } }) {
    const filters = filtersOf(searchParams);
    const now = Date.now();
    const [first, totals, catalog] = await Promise.all([
      readRequests(client, queryOf(apiQuery(filters, now, CALLS_A_PAGE))),
      readTotals(client, totalsQuery(filters, now)),
      readCatalog(client),
    ]);
    const models = catalog.models.map((model) => model.id);
    return page({ first, totals, filters, models, open: searchParams.get("open") ?? "" });
  },
});

export default define.page<typeof handler>(({ data }) => (
  <>
    <PageTitle title={requestsText.title} lead={requestsText.lead} />
    <Requests {...data} />
  </>
));
