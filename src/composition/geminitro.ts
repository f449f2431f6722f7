import { type Environment, loadSettings } from "../config/mod.ts";
import { OWNER, type Ports } from "../core/mod.ts";
import { createApp } from "../http/app.ts";
import type { PeerInfo } from "../http/proxy/mod.ts";
import { systemPorts } from "../system/mod.ts";
import { proxyApp } from "./proxy_app.ts";
import { openRooms, type Rooms } from "./rooms.ts";
import { SettingsError } from "./settings_error.ts";

export interface GeminitroOptions {
  /** Variables as in docs/configuration.md; nothing else is read. Default: none, so every default holds. */
  readonly env?: Environment;
  /** Time, chance, names and network; default: the machine's. */
  readonly ports?: Ports;
  /** An open database instead of GEMINITRO_KV; it is left open by `close`. */
  readonly kv?: Deno.Kv;
  /** Where log lines go; default: the console. */
  readonly print?: (line: string) => void;
}

/** A whole proxy without a socket. */
export interface Geminitro {
  /** Answers one request; `info` carries the peer's address when there is a socket. */
  readonly fetch: (request: Request, info?: PeerInfo) => Promise<Response>;
  readonly rooms: Rooms;
  /** Ends what is open and writes what is pending. */
  close(): Promise<void>;
}

/** Makes a proxy. Throws SettingsError for a setting that does not parse, StoreOpenError for a database that cannot be used. */
export async function createGeminitro(options: GeminitroOptions = {}): Promise<Geminitro> {
  const settings = loadSettings(options.env ?? {});
  if (!settings.ok) throw new SettingsError(settings.error);
  const ports = options.ports ?? systemPorts();
  const rooms = await openRooms({
    settings: settings.value,
    ports,
    ...(options.kv === undefined ? {} : { kv: options.kv }),
    ...(options.print === undefined ? {} : { print: options.print }),
  });
  const app = createApp({
    proxy: proxyApp(rooms, {
      authenticate: (token) =>
        token === settings.value.proxyApiKey ? { id: OWNER, name: "owner", owner: true } : undefined,
      admit: () => undefined,
      mayUse: () => true,
    }),
  });
  return {
    fetch: async (request, info) => await app.fetch(request, info),
    rooms,
    close: () => rooms.close(),
  };
}
