import { type ChatDraft, chatRequest } from "./dialects.ts";

export const LANGUAGES = ["curl", "python", "typescript"] as const;
export type Language = typeof LANGUAGES[number];

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
export function snippet(language: Language, draft: ChatDraft, origin: string): string {
  const { path, headers, body } = chatRequest(draft);
  return WRITERS[language](origin + path, headersOf(headers), JSON.stringify(body, null, 2));
}
