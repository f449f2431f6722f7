import assert from "node:assert/strict";
import { h } from "preact";
import fc from "fast-check";
import { renderToString } from "preact-render-to-string";
import { Markdown } from "./markdown.tsx";

const html = (text: string) => renderToString(h(Markdown, { text }));

Deno.test("Markdown() lays out what models write", () => {
  const text =
    "# Head\n\n1. **one**\n2. `two`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nlet x = 1 < 2;\n```\n[x](https://example.com/)";
  const found = html(text);
  for (
    const part of [
      "<h3",
      "<ol",
      "<strong",
      "<code",
      "<th ",
      "let x = 1 &lt; 2;",
      'href="https://example.com/"',
    ]
  ) {
    assert.ok(found.includes(part), part);
  }
});

const HOSTILE = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "[x](javascript:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD4=)",
  "![x](https://spy.example/pixel.png)",
  "<a href='javascript:alert(1)'>x</a>",
  "[x]( java\nscript:alert(1))",
  "<svg/onload=alert(1)>",
];

Deno.test("Markdown() makes no element, address or handler of what is hostile, alone or mixed into other text", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string())), (parts) => {
      const found = html(parts.join("\n"));
      assert.ok(!/<(script|img|svg|iframe|style)\b/i.test(found), found);
      assert.ok(!/<[^>]+\son\w+=/i.test(found.replace(/"[^"]*"/g, '""')), found);
      assert.ok(!/href="(?!https?:|mailto:)/i.test(found), found);
    }),
  );
});
