import { z } from "zod";
import { route } from "../route.ts";
import * as agent from "../schema/agent.ts";
import * as client from "../schema/client.ts";
import { document, id } from "../schema/fields.ts";
import * as settings from "../schema/settings.ts";

const none = z.strictObject({});

/** Carries the passphrase where there is no body for it. */
export const PASSPHRASE_HEADER = "x-geminitro-passphrase";

export const clientRoutes = {
  clients: route("clients", {
    tag: "Clients",
    summary: "Further client tokens with their limits and use",
    reply: z.array(client.Client),
  }),
  clientSelf: route("clientSelf", {
    tag: "Clients",
    summary: "The client whose token this is, with its own use",
    access: "client",
    reply: client.Client.partial(),
  }),
  addClient: route("addClient", {
    tag: "Clients",
    summary: "Make a client token; it is in this answer and never shown again",
    body: client.AddClient,
    reply: client.AddedClient,
    errors: [409, 422],
  }),
  editClient: route("editClient", {
    tag: "Clients",
    summary: "Change a client's name or limits, by id or name; null takes a limit away, the token stays",
    params: id,
    body: client.EditClient,
    reply: client.Client,
    errors: [404, 409, 422],
  }),
  revokeClient: route("revokeClient", {
    tag: "Clients",
    summary: "Revoke a client token, by id or name",
    params: id,
    reply: client.Client,
    errors: [404, 409],
  }),
  restoreClient: route("restoreClient", {
    tag: "Clients",
    summary: "Take a revocation back: the same token holds again, with its limits",
    params: id,
    body: none,
    bodyOptional: true,
    reply: client.Client,
    errors: [404, 409],
  }),
};

export const settingsRoutes = {
  agents: route("agents", {
    tag: "Agents",
    summary: "Coding agents found on this machine",
    reply: z.array(agent.Agent),
  }),
  installAgents: route("installAgents", {
    tag: "Agents",
    summary: "Register the proxy with agents; dryRun tells what would be written",
    body: agent.InstallAgents,
    reply: agent.InstalledAgents,
    errors: [422, 503],
  }),
  setupState: route("setupState", {
    tag: "Settings",
    summary: "What is still missing for a first answer",
    reply: agent.SetupState,
  }),
  settings: route("settings", {
    tag: "Settings",
    summary: "What holds now; secrets are told as set or not set",
    reply: settings.Settings,
  }),
  changeSettings: route("changeSettings", {
    tag: "Settings",
    summary: "Change what can be changed while the server runs",
    body: settings.ChangeSettings,
    reply: settings.ChangedSettings,
    errors: [409, 422],
  }),
  preferences: route("preferences", {
    tag: "Settings",
    summary: "Wishes of the dashboard and the command line",
    reply: document,
  }),
  setPreferences: route("setPreferences", {
    tag: "Settings",
    summary: "Set some preferences; the others stay",
    body: settings.SetPreferences,
    reply: document,
    errors: [413],
  }),
  testAlert: route("testAlert", {
    tag: "Settings",
    summary: "Send a test alert to the webhook and say what went wrong",
    body: none,
    bodyOptional: true,
    reply: settings.TestedAlert,
  }),
};

export const transferRoutes = {
  exportFile: route("exportFile", {
    tag: "Transfer",
    summary:
      `Everything that was set, without any secret; with the header ${PASSPHRASE_HEADER}, keys are in it, encrypted`,
    reply: document,
    errors: [422],
  }),
  exportSealed: route("exportSealed", {
    tag: "Transfer",
    summary: "Everything that was set, with keys and client tokens encrypted under a passphrase",
    body: settings.SealedExport,
    reply: document,
    errors: [422],
  }),
  backUp: route("backUp", {
    tag: "Transfer",
    summary: "Write today's backup now, sealed with the master key, into the data folder",
    reply: settings.Backup,
  }),
  importFile: route("importFile", {
    tag: "Transfer",
    summary:
      "Take over an export, an earlier .geminitro folder, gemini-balance's keys or a plain list; what is there stays",
    body: settings.Import,
    bodyLimit: 64_000_000,
    reply: settings.ImportReport,
    errors: [422],
  }),
};

export const docsRoutes = {
  openapi: route("openapi", {
    tag: "Docs",
    summary: "This API as an OpenAPI 3.1 document",
    access: "open",
    reply: document,
  }),
  docs: route("docs", {
    tag: "Docs",
    summary: "This API as a page",
    access: "open",
    reply: z.string(),
    produces: "text/html",
  }),
  docsStyle: route("docsStyle", {
    tag: "Docs",
    summary: "The page's style",
    access: "open",
    reply: z.string(),
    produces: "text/css",
  }),
};
