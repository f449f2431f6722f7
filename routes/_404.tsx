import { Head } from "fresh/runtime";
import { errorsText } from "../components/shared/error_words.ts";
import { text } from "../components/shared/words.ts";
import { define } from "./_define.ts";

export default define.page(() => (
  <main class="mx-auto grid min-h-dvh max-w-lg content-center gap-3 px-6 text-center">
    <Head>
      <title>{`${errorsText.notFound} · ${text.product}`}</title>
    </Head>
    <p class="num text-2xl font-semibold text-mute">404</p>
    <h1 class="text-2xl font-semibold tracking-tight">{errorsText.notFound}</h1>
    <p class="text-mute">{errorsText.notFoundLead}</p>
    <p class="mt-3">
      <a class="btn btn-primary" href="/dashboard">{errorsText.back}</a>
    </p>
  </main>
));
