import { backText } from "../../core/mod.ts";
import type { AccountView, OAuthService } from "../../oauth/mod.ts";
import { type Finding, good, odd, wrong } from "./finding.ts";

/** Whether the signed-in accounts can serve, and what brings back those that cannot. */
export async function checkAccounts(service: OAuthService, now: number): Promise<readonly Finding[]> {
  const accounts = await service.accounts();
  if (accounts.length === 0) return [];
  const off = service.sources().filter(({ source, on }) =>
    !on && accounts.some((account) => account.source === source)
  );
  const costly = service.sources().filter(({ source, on }) =>
    on && accounts.some((account) => account.source === source)
  ).flatMap(({ warning }) =>
    warning === undefined ? [] : [odd("accounts", warning, "Change it, or remove it")]
  );
  const sick = accounts.filter(({ state }) => state !== "ready" && state !== "off");
  const findings = [
    ...off.map(({ source, reason }) =>
      wrong("accounts", `${source} has accounts and is off`, reason ?? "Set its OAuth client")
    ),
    ...costly,
    ...sick.map((account) => sickFinding(account, now)),
  ];
  return findings.length > 0 ? findings : [good("accounts", `${accounts.length} accounts, none is refused`)];
}

function sickFinding(
  { email, source, state, reason, remedy, link, until }: AccountView,
  now: number,
): Finding {
  const again = until === undefined ? "" : ` It is tried again ${backText(until, now)}.`;
  const page = link === undefined ? "" : ` ${link}`;
  return odd(
    "accounts",
    `${email} (${source}) ${state.replaceAll("_", " ")}: ${reason ?? "Google gave no reason"}`,
    `${remedy ?? ""}${again}${page}`,
  );
}
