import { SideNav } from "../../components/shared/shell/side_nav.tsx";
import { text } from "../../components/shared/words.ts";
import Shell from "../../islands/Shell.tsx";
import Toasts from "../../islands/Toasts.tsx";
import Verdict from "../../islands/Verdict.tsx";
import { define } from "../_define.ts";

export default define.layout(async ({ Component, url, state }) => {
  // The page itself shows why the state cannot be read.
  const overview = await state.client.overview().catch(() => undefined);
  return (
    <div class="lg:grid lg:min-h-dvh lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#content"
        class="btn btn-primary absolute start-3 top-3 z-50 -translate-y-20 focus:translate-y-0"
      >
        {text.skip}
      </a>
      <SideNav path={url.pathname} tools={<Shell />} verdict={<Verdict initial={overview} />} />
      <main
        id="content"
        tabindex={-1}
        class="mx-auto w-full max-w-[110rem] px-4 py-6 outline-none sm:px-6 lg:px-10 lg:py-8"
      >
        <Component />
      </main>
      <Toasts />
    </div>
  );
});
