import { Head } from "fresh/runtime";
import type { ComponentChildren } from "preact";
import { text } from "../words.ts";
import { PageHead } from "../ui/card.tsx";

/** The window's title and the page's head in one, so that they never differ. */
export function PageTitle(
  { title, lead, children }: { title: string; lead: string; children?: ComponentChildren },
) {
  return (
    <>
      <Head>
        <title>{`${title} · ${text.product}`}</title>
      </Head>
      <PageHead title={title} lead={lead}>{children}</PageHead>
    </>
  );
}
