import { findAccount, openAccounts } from "../accounts.ts";
import type { Command } from "../command.ts";
import { CommandError } from "../command_error.ts";

export const accountRemove: Command = {
  name: "account remove",
  summary: "Revoke an account's access at Google and remove it",
  usage: "<e-mail or id>",
  examples: [{
    line: "geminitro account remove ada@example.com",
    says: "It is removed even when Google is away",
  }],
  options: [],
  takes: { least: 1, most: 1 },
  async run(context) {
    const room = await openAccounts(context);
    const account = findAccount(await room.accounts(), context.args[0] ?? "");
    const out = await room.signOut(account.id);
    if (!out.ok) throw new CommandError(out.error.message, { code: out.error.code });
    const { email, revoked } = out.value;
    context.out.json({ removed: email, revoked });
    context.out.line(
      `Removed ${email}${revoked ? "" : "; Google could not be told, so revoke it there as well"}`,
    );
  },
};
