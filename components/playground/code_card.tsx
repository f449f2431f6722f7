import { useSignal } from "@preact/signals";
import { copyText } from "../shared/live/clipboard.ts";
import { text } from "../shared/words.ts";
import { playgroundText } from "./words.ts";
import { Card } from "../shared/ui/card.tsx";
import { Icon } from "../shared/ui/icon.tsx";
import { type ChatDraft, chatRequest } from "../shared/chat/dialects.ts";

const words = playgroundText;

/** The call that the form would make, as code. */
export function CodeCard({ draft, origin }: { draft: ChatDraft; origin: string }) {
  const language = useSignal<Language>("curl");
  const code = snippet(language.value, draft, origin);
  return (
    <Card
      title={words.code}
      action={
        <button type="button" class="btn btn-small" onClick={() => void copyText(code)}>
          <Icon name="copy" />
          {text.copy}
        </button>
      }
    >
      <div class="mb-3 flex flex-wrap gap-1" role="group" aria-label={words.code}>
        {LANGUAGES.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={language.value === one}
            class="rounded-md px-2.5 py-1 text-soft hover:bg-sunken aria-pressed:bg-accent-wash aria-pressed:font-medium aria-pressed:text-accent"
            onClick={() => language.value = one}
          >
            {words.languages[one]}
          </button>
        ))}
      </div>
      <pre
        class="max-h-96 overflow-auto rounded-lg bg-sunken p-4 font-mono text-xs leading-relaxed"
        tabIndex={0}
      >{code}</pre>
      <p class="mt-2 text-xs text-mute">{words.tokenNote}</p>
    </Card>
  );
}

const LANGUAGES = ["curl", "python", "typescript"] as const;
type Language = typeof LANGUAGES[number];

function headersOf(headers: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return [
    ["Authorization", "Bearer YOUR_TOKEN"],
    ["Content-Type", "application/json"],
    ...Object.entries(headers),
  ];
}

/** For a shell: single quotes, with those inside taken out and put in again. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function curl(url: string, headers: readonly (readonly [string, string])[], json: string): string {
  const lines = headers.map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`);
  return [`curl -N ${quoted(url)}`, ...lines, `  -d ${quoted(json)}`].join(" \\\n");
}

function python(url: string, headers: readonly (readonly [string, string])[], json: string): string {
  const head = headers.map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},`).join(
    "\n",
  );
  return `import json, urllib.request

request = urllib.request.Request(
    ${JSON.stringify(url)},
    data=json.dumps(json.loads(r'''${json}''')).encode(),
    headers={
${head.replace(/^/gm, "    ")}
    },
)
with urllib.request.urlopen(request) as reply:
    for line in reply:
        print(line.decode(), end="")
`;
}

function typescript(url: string, headers: readonly (readonly [string, string])[], json: string): string {
  return `const reply = await fetch(${JSON.stringify(url)}, {
  method: "POST",
  headers: ${JSON.stringify(Object.fromEntries(headers), null, 2).replaceAll("\n", "\n  ")},
  body: JSON.stringify(${json.replaceAll("\n", "\n  ")}),
});
for await (const part of reply.body!.pipeThrough(new TextDecoderStream())) {
  console.log(part);
}
`;
}

const WRITERS = { curl, python, typescript };

/** The same call in another language, against this very server. */
function snippet(language: Language, draft: ChatDraft, origin: string): string {
  const { path, headers, body } = chatRequest(draft);
  return WRITERS[language](origin + path, headersOf(headers), JSON.stringify(body, null, 2));
}
