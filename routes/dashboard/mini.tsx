import { page, type RouteConfig } from "fresh";
import { Head } from "fresh/runtime";
import { text } from "../../components/shared/words.ts";
import Mini from "../../islands/Mini.tsx";
import { define } from "../_define.ts";

export const config: RouteConfig = { skipInheritedLayouts: true };

export const handler = define.handlers({
  GET: async ({ state: { client } }) => page({ overview: await client.overview() }),
});

export default define.page<typeof handler>(({ data }) => (
  <main class="grid min-w-0 max-w-96 content-start gap-2 p-3 text-xs">
    <Head>
      <title>{text.product}</title>
    </Head>
    <h1 class="sr-only">{text.product}</h1>
    <Mini initial={data.overview} />
  </main>
));
