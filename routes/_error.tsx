import { HttpError } from "fresh";
import { Head } from "fresh/runtime";
import { errorsText } from "../components/shared/error_words.ts";
import { text } from "../components/shared/words.ts";
import { define } from "./_define.ts";

/** The text of a refusal; faults of ours reveal nothing internal. */
function leadOf(error: unknown): string {
  const told = error instanceof HttpError && error.status < 500 && error.message !== `HTTP ${error.status}`;
  return told ? error.message : errorsText.failedLead;
}

export default define.page(({ error, url }) => (
  <main class="mx-auto grid min-h-dvh max-w-lg content-center gap-3 px-6 text-center">
    <Head>
      <title>{`${errorsText.failed} · ${text.product}`}</title>
    </Head>
    <p class="num text-2xl font-semibold text-mute">{error instanceof HttpError ? error.status : 500}</p>
    <h1 class="text-2xl font-semibold tracking-tight">{errorsText.failed}</h1>
    <p class="text-mute">{leadOf(error)}</p>
    <p class="mt-3 flex justify-center gap-2">
      <a class="btn btn-primary" href={url.pathname + url.search}>{errorsText.again}</a>
      <a class="btn" href="/dashboard">{errorsText.back}</a>
    </p>
  </main>
));
