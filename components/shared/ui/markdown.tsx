import { lexer, type Token, type Tokens } from "marked";
import type { ComponentChildren } from "preact";

/** Longer texts are shown as they are: laying them out again for each piece that comes would hold the page up. */
const MOST = 100_000;

/** The address of a link in a model's text, if it is safe; other links are shown as text. */
function safeAddress(href: string): string | undefined {
  const url = URL.parse(href);
  return url !== null && ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
}

function Link({ href, children }: { href: string; children: ComponentChildren }) {
  const address = safeAddress(href);
  return address === undefined
    ? <>{children}</>
    : <a class="underline" href={address} target="_blank" rel="noreferrer nofollow">{children}</a>;
}

const HEADINGS = ["h3", "h4", "h5", "h6", "h6", "h6"] as const;

function Heading({ depth, tokens }: Tokens.Heading) {
  const Tag = HEADINGS[depth - 1] ?? "h6";
  return <Tag class="mt-3 mb-1 font-semibold first:mt-0">{inline(tokens)}</Tag>;
}

function List({ ordered, start, items }: Tokens.List) {
  const rows = items.map((item, index) => (
    <li key={index}>
      {item.task && <span aria-hidden="true">{item.checked ? "☑ " : "☐ "}</span>}
      {blocks(item.tokens)}
    </li>
  ));
  return ordered
    ? <ol class="my-1.5 list-decimal ps-6" start={start === "" ? 1 : start}>{rows}</ol>
    : <ul class="my-1.5 list-disc ps-6">{rows}</ul>;
}

function Table({ header, rows }: Tokens.Table) {
  return (
    <div class="my-2 overflow-x-auto">
      <table class="grid-table">
        <thead>
          <tr>{header.map((cell, index) => <th key={index} scope="col">{inline(cell.tokens)}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>{row.map((cell, column) => <td key={column}>{inline(cell.tokens)}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function blocks(tokens: readonly Token[]): ComponentChildren {
  return tokens.map((token, index) => <Block key={index} token={token} />);
}

function Block({ token }: { token: Token }) {
  switch (token.type) {
    case "space":
      return null;
    case "heading":
      return <Heading {...token as Tokens.Heading} />;
    case "paragraph":
      return <p class="my-1.5 first:mt-0 last:mb-0">{inline((token as Tokens.Paragraph).tokens)}</p>;
    case "code":
      return (
        <pre
          class="my-2 overflow-x-auto rounded-lg bg-panel p-3 font-mono text-xs"
          tabIndex={0}
        >{(token as Tokens.Code).text}</pre>
      );
    case "blockquote":
      return (
        <blockquote class="my-2 border-s-2 border-edge ps-3 text-soft">
          {blocks((token as Tokens.Blockquote).tokens)}
        </blockquote>
      );
    case "list":
      return <List {...token as Tokens.List} />;
    case "table":
      return <Table {...token as Tokens.Table} />;
    case "hr":
      return <hr class="my-3 border-line" />;
    default:
      return <>{inline([token])}</>;
  }
}

function inline(tokens: readonly Token[]): ComponentChildren {
  return tokens.map((token, index) => <Inline key={index} token={token} />);
}

function Inline({ token }: { token: Token }) {
  const children = "tokens" in token && token.tokens !== undefined ? inline(token.tokens) : undefined;
  switch (token.type) {
    case "strong":
      return <strong class="font-semibold">{children}</strong>;
    case "em":
      return <em>{children}</em>;
    case "del":
      return <del>{children}</del>;
    case "codespan":
      return <code class="rounded bg-panel px-1 font-mono text-xs">{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "link":
      return <Link href={(token as Tokens.Link).href}>{children}</Link>;
    // An image of another host is not loaded: that would tell it of the reader.
    case "image":
      return <Link href={(token as Tokens.Image).href}>{(token as Tokens.Image).text || "image"}</Link>;
    case "text":
    case "escape":
      return <>{children ?? (token as Tokens.Text).text}</>;
    default:
      return <>{token.raw}</>;
  }
}

/**
 * A text that a model wrote, as Markdown. It becomes elements of the page, never HTML: what is written as HTML in it is shown as
 * text, so that nothing needs to be cleaned.
 */
export function Markdown({ text }: { text: string }) {
  if (text.length > MOST) return <p class="whitespace-pre-wrap">{text}</p>;
  return <div class="min-w-0 break-words">{blocks(lexer(text, { gfm: true, breaks: true }))}</div>;
}
