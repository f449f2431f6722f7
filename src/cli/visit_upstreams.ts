import type { Settings } from "../config/mod.ts";
import type { Credential, Failure, Ports, Result } from "../core/mod.ts";
import type { Ledger } from "../ledger/mod.ts";
import type { OAuthRoom } from "../oauth/mod.ts";
import type { Store } from "../store/mod.ts";
import { upstreamsOf } from "../upstreams/mod.ts";

/** Every source, for a visit to the database; the sign-in room is only loaded when an account needs it. */
export function visitUpstreams(rooms: {
  readonly settings: Settings;
  readonly store: Store;
  readonly ledger: Pick<Ledger, "log">;
  readonly ports: Ports;
}) {
  const upstreams = upstreamsOf(rooms.settings);
  let room: OAuthRoom | undefined;
  const oauth = async (): Promise<OAuthRoom> => {
    const { createOAuth } = await import("../oauth/mod.ts");
    return room ??= createOAuth({ ...rooms, upstreams });
  };
  return {
    upstreams,
    async ready(credential: Credential, force: boolean): Promise<Result<Credential, Failure>> {
      if (credential.source === "api_key") return { ok: true, value: credential };
      return await (await oauth()).ready(credential, force);
    },
    signOut: async (id: string) => await (await oauth()).signOut(id),
    close: async () => await room?.close(),
  };
}
