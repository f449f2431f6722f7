import { text } from "../components/shared/words.ts";
import { define } from "./_define.ts";

export default define.page(({ Component }) => (
  <html lang="en" data-theme="light">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="same-origin" />
      <meta name="application-name" content={text.product} />
      <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
      <script src="/theme.js" />
    </head>
    <body class="min-h-dvh bg-bg font-sans text-ink antialiased">
      <Component />
    </body>
  </html>
));
