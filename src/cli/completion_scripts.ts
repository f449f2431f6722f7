import type { Command } from "./command.ts";
import { GLOBAL_OPTIONS } from "./help.ts";

export type Shell = "bash" | "zsh" | "fish" | "powershell";

/** A word that may follow, with what it means. */
interface Word {
  readonly word: string;
  readonly summary: string;
}

/** The completions of one shell, generated from the table of commands. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return zshScript(commands);
    case "fish":
      return fishScript(commands);
    case "powershell":
      return powershellScript(commands);
  }
}

function firstWords(commands: readonly Command[]): readonly Word[] {
  const families = Map.groupBy(commands, ({ name }) => name.split(" ")[0] ?? "");
  return [...families].map(([word, members]) => ({
    word,
    summary: members.length === 1 && members[0]?.name === word
      ? members[0].summary
      : members.map(({ name }) => name.split(" ")[1]).join(", "),
  }));
}

function secondWords(first: string, commands: readonly Command[]): readonly Word[] {
  return commands.filter(({ name }) => name.startsWith(`${first} `))
    .map(({ name, summary }) => ({ word: name.slice(first.length + 1), summary }));
}

function optionWords(command: Command): readonly Word[] {
  return [...command.options, ...GLOBAL_OPTIONS].map(({ name, summary }) => ({ word: `--${name}`, summary }));
}

/** The words that may follow a command: its family's members, its options, or the words of its usage (`<bash|zsh>`). */
function following(first: string, commands: readonly Command[]): readonly Word[] {
  const own = commands.find(({ name }) => name === first);
  const choices = /<(\w+(?:\|\w+)+)>/.exec(own?.usage ?? "")?.[1]?.split("|") ?? [];
  return [
    ...secondWords(first, commands),
    ...choices.map((word) => ({ word, summary: word })),
    ...(own === undefined ? [] : optionWords(own)),
  ];
}

const list = (words: readonly Word[]) => words.map(({ word }) => word).join(" ");

function bashScript(commands: readonly Command[]): string {
  const firsts = firstWords(commands);
  const families = firsts.map(({ word }) => `    ${word}) words="${list(following(word, commands))}" ;;`);
  const members = commands.filter(({ name }) => name.includes(" ")).map((command) =>
    `    "${command.name}") words="${list(optionWords(command))}" ;;`
  );
  return `# bash completions of geminitro
_geminitro() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -le 1 ]; then
    COMPREPLY=($(compgen -W "${list(firsts)} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${families.join("\n")}
  esac
  if [ "$COMP_CWORD" -gt 2 ]; then
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${members.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _geminitro geminitro
`;
}

function zshScript(commands: readonly Command[]): string {
  const entry = ({ word, summary }: Word) => `'${word.replaceAll(":", "\\:")}:${plain(summary)}'`;
  const row = (pattern: string, words: readonly Word[]) =>
    `    ${pattern}) choices=(${words.map(entry).join(" ")}) ;;`;
  const firsts = firstWords(commands);
  const members = commands.filter(({ name }) => name.includes(" "));
  return `#compdef geminitro
_geminitro() {
  local -a choices
  if (( CURRENT == 2 )); then
    choices=(${firsts.map(entry).join(" ")})
    _describe 'command' choices
    return
  fi
  case "$words[2]" in
${firsts.map(({ word }) => row(word, following(word, commands))).join("\n")}
  esac
  if (( CURRENT > 3 )); then
    case "$words[2] $words[3]" in
${members.map((command) => row(`'${command.name}'`, optionWords(command))).join("\n")}
    esac
  fi
  _describe 'argument' choices || _files
}
if [ "$funcstack[1]" = "_geminitro" ]; then _geminitro "$@"; else compdef _geminitro geminitro; fi
`;
}

function fishScript(commands: readonly Command[]): string {
  const lines = ["# fish completions of geminitro", "complete -c geminitro -f"];
  for (const { word, summary } of firstWords(commands)) {
    lines.push(`complete -c geminitro -n __fish_use_subcommand -a ${word} -d '${plain(summary)}'`);
    for (const next of secondWords(word, commands)) {
      lines.push(
        `complete -c geminitro -n '__fish_seen_subcommand_from ${word}' -a ${next.word} -d '${
          plain(next.summary)
        }'`,
      );
    }
  }
  for (const command of commands) {
    const seen = command.name.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    for (const { name, short, summary, value } of [...command.options, ...GLOBAL_OPTIONS]) {
      const letter = short === undefined ? "" : ` -s ${short}`;
      const takes = value === undefined ? "" : " -r";
      lines.push(`complete -c geminitro -n '${seen}' -l ${name}${letter}${takes} -d '${plain(summary)}'`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function powershellScript(commands: readonly Command[]): string {
  const quoted = (words: readonly Word[]) => words.map(({ word }) => `'${word}'`).join(", ");
  const rows = [
    `    '' = @(${quoted(firstWords(commands))})`,
    ...firstWords(commands).map(({ word }) => `    '${word}' = @(${quoted(following(word, commands))})`),
    ...commands.filter(({ name }) => name.includes(" ")).map((command) =>
      `    '${command.name}' = @(${quoted(optionWords(command))})`
    ),
  ];
  return `# PowerShell completions of geminitro
Register-ArgumentCompleter -Native -CommandName geminitro -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $table = @{
${rows.join("\n")}
  }
  $given = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '') { $given = @($given | Select-Object -SkipLast 1) }
  $two = ($given | Select-Object -First 2) -join ' '
  $one = ($given | Select-Object -First 1) -join ' '
  $words = if ($table.ContainsKey($two)) { $table[$two] } else { $table[$one] }
  $words | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}

/** Removes quotes, which would end the shell's string. */
function plain(text: string): string {
  return text.replaceAll("'", "").replaceAll(":", " -").replaceAll("[", "(").replaceAll("]", ")");
}
