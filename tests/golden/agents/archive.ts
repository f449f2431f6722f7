/** Files by name, in one text: `-- name --` lines, each followed by the file's content. */
export type Archive = Readonly<Record<string, string>>;

export function readArchive(text: string): Archive {
  const pieces = text.split(/^-- (.+) --\n/m).slice(1);
  const files: Record<string, string> = {};
  for (let index = 0; index < pieces.length; index += 2) files[pieces[index]!] = pieces[index + 1]!;
  return files;
}

export function writeArchive(files: Archive): string {
  return Object.entries(files).map(([name, text]) => `-- ${name} --\n${text}`).join("");
}

/** The files below a folder of an archive. */
export function below(files: Archive, folder: string): Archive {
  return Object.fromEntries(
    Object.entries(files).filter(([name]) => name.startsWith(`${folder}/`))
      .map(([name, text]) => [name.slice(folder.length + 1), text]),
  );
}
