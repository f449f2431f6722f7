import type { Command } from "../command.ts";
import { usageError } from "../command_error.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

export const completions: Command = {
  name: "completions",
  summary: "Write the completions for a shell to standard output",
  usage: `<${SHELLS.join("|")}>`,
  examples: [
    {
      line: "geminitro completions bash > ~/.local/share/bash-completion/completions/geminitro",
      says: "bash",
    },
    { line: "geminitro completions zsh > ~/.zfunc/_geminitro", says: "zsh; the folder must be in $fpath" },
    { line: "geminitro completions fish > ~/.config/fish/completions/geminitro.fish", says: "fish" },
    { line: "geminitro completions powershell >> $PROFILE", says: "PowerShell" },
  ],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const shell = SHELLS.find((one) => one === context.args[0]);
    if (shell === undefined) throw usageError(`The shell must be one of ${SHELLS.join(", ")}`);
    const [{ completionScript }, { COMMANDS }] = await Promise.all([
      import("../completion_scripts.ts"),
      import("../command_table.ts"),
    ]);
    context.services.write(completionScript(shell, COMMANDS));
  },
};
