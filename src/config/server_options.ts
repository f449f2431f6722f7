import { anyText, networks, origins, publicUrls, token, url, wholeNumber } from "./parsers.ts";
import { ADDRESS, choice, group, truth } from "./option.ts";

/** The token that everybody knows; fine on the user's own machine, refused on any other address. */
export const DEFAULT_PROXY_API_KEY = "geminitro";

export const server = group("Server", {
  PORT: {
    fallback: "7536",
    allowed: "a whole number between 0 and 65535",
    parse: wholeNumber(0, 65535),
    doc: "Port to listen on; 0 takes a free one.",
  },
  HOST: {
    fallback: "localhost",
    allowed: "a host name or IP address",
    parse: token,
    doc:
      "Address to listen on; localhost means 127.0.0.1 and ::1 both. An address that is not loopback needs a PROXY_API_KEY of its own with 12 characters or more.",
  },
  PROXY_API_KEY: {
    elsewhere: "Change it under Owner's token: it holds at once, and is written to .env.",
    applies: "now",
    fallback: DEFAULT_PROXY_API_KEY,
    secret: true,
    allowed: "1 to 512 printable characters without spaces",
    parse: token,
    doc: "The owner's bearer token.",
  },
  AUTO_UPDATE: {
    // Read at each start, so a change needs no further restart.
    applies: "now",
    fallback: "false",
    ...truth,
    doc: "Check for and apply updates at start.",
  },
  CORS_ORIGINS: {
    allowed:
      "origins separated by commas, such as app://obsidian.md, vscode-webview://*, http://localhost:* or https://*.example.com; never * alone",
    parse: origins,
    doc:
      "Web pages and desktop apps that may call the client APIs from a browser's engine. Default: none. Whoever controls such a page can use the proxy with the token that the page knows; the management API stays closed to them.",
  },
  PUBLIC_URLS: {
    allowed:
      "http(s) addresses separated by commas, each with its path where a front adds one, without user, query or hash",
    parse: publicUrls,
    doc:
      "Addresses under which a reverse proxy, a tunnel or a container network shows this server, such as https://ai.example.com/geminitro or http://geminitro:7536. Their names are answered, their pages may sign in and change things, links and cookies carry their path. Default: none beside loopback and HOST.",
  },
  TRUSTED_PROXIES: {
    allowed:
      "IP addresses and networks such as 10.0.0.0/8, or the words loopback and private, separated by commas",
    parse: networks,
    doc:
      "Reverse proxies whose X-Forwarded-For, X-Forwarded-Host and Forwarded headers count, so that wrong tokens are counted for who sent them. Default: none.",
  },
  MAX_BODY_BYTES: {
    applies: "now",
    fallback: "104857600",
    allowed: "a whole number of bytes, 1 or more",
    parse: wholeNumber(1),
    doc: "Larger requests get status 413.",
  },
  WORKERS: {
    fallback: "1",
    allowed: "a whole number between 1 and 64",
    parse: wholeNumber(1, 64),
    doc: "Processes that share the port and the database.",
  },
});

export const data = group("Data", {
  GEMINITRO_HOME: {
    elsewhere: "Another folder is another database: set it where the program is started.",
    allowed: "a folder",
    parse: anyText,
    doc:
      "Data folder for the database, secret, logs, pid file and backups; mode 0700. Default: ~/.geminitro.",
  },
  GEMINITRO_KV: {
    elsewhere: "Another database has other keys: set it where the program is started.",
    allowed: "a file, :memory: or an https URL",
    parse: anyText,
    doc:
      "Another database file, :memory:, or the https URL of a KV Connect server for several machines (its token is in DENO_KV_ACCESS_TOKEN). Default: geminitro.sqlite3 in the data folder.",
  },
  GEMINITRO_MASTER_KEY: {
    elsewhere: "Run geminitro master-key change, which seals everything again.",
    secret: true,
    allowed: "32 bytes as hex or base64, or a passphrase of 8 or more characters",
    parse: (text) => text.length >= 8 ? text : undefined,
    doc: "Encrypts stored secrets. Default: a file of mode 0600 in the data folder.",
  },
  HISTORY_RETENTION_DAYS: {
    applies: "now",
    fallback: "90",
    allowed: "a whole number of days, 0 or more",
    parse: wholeNumber(0, 36500),
    doc: "Days that the history of calls is kept.",
  },
});

export const reports = group("Logs and alerts", {
  LOG_LEVEL: {
    applies: "now",
    fallback: "info",
    ...choice("debug", "info", "warn", "error"),
    doc: "Least important kind of line that is logged.",
  },
  LOG_FORMAT: {
    applies: "now",
    fallback: "human",
    ...choice("human", "json"),
    doc: "json writes one object a line, for machines.",
  },
  LOG_FILE: {
    allowed: "a file",
    parse: anyText,
    doc:
      "File for the log's lines instead of the console: 5 MB, and the four before it. Default: the console, and logs/server.log in the data folder for servers in the background.",
  },
  LOG_BODIES: {
    applies: "now",
    fallback: "false",
    ...truth,
    doc: "Keep the first 64 KiB of requests and replies, sealed, for three days; they hold what users wrote.",
  },
  ALERT_WEBHOOK_URL: {
    applies: "now",
    secret: true,
    allowed: ADDRESS,
    parse: url,
    doc:
      "Gets a JSON POST when the pool is exhausted, a key dies, a cap is near or passed, or things recover.",
  },
});
