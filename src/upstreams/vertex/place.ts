import { type Credential, isObject, trimEndOf } from "../../core/mod.ts";

/** Where a credential's calls go, and with what. */
export interface VertexPlace {
  readonly base: string;
  readonly project: string;
  readonly location: string;
  readonly token: string;
  /** Application default credentials name the project that is charged. */
  readonly quotaProject?: string;
}

/** The place of a credential that was made ready. Throws a TypeError for another kind. */
export function vertexPlace({ url }: { readonly url?: string }, credential: Credential): VertexPlace {
  if (credential.source !== "vertex") {
    throw new TypeError(
      `Vertex AI takes service accounts; credential ${credential.id} is of ${credential.source}`,
    );
  }
  if (credential.accessToken === undefined) {
    throw new TypeError(`Credential ${credential.id} has no access token yet`);
  }
  const { location } = credential;
  const file = fileOf(credential.serviceAccount.reveal());
  return {
    base: trimEndOf(url ?? googleBase(location), "/"),
    project: credential.project ?? file.project,
    location,
    token: credential.accessToken.reveal(),
    ...(file.quotaProject === undefined ? {} : { quotaProject: file.quotaProject }),
  };
}

function googleBase(location: string): string {
  return location === "global"
    ? "https://aiplatform.googleapis.com"
    : `https://${location.replace(/[^a-z0-9-]/g, "")}-aiplatform.googleapis.com`;
}

function fileOf(text: string): { readonly project: string; readonly quotaProject?: string } {
  const parsed: unknown = JSON.parse(text);
  const file = isObject(parsed) ? parsed : {};
  const { project_id: project, quota_project_id: quota } = file;
  const charged = typeof quota === "string" ? { quotaProject: quota } : {};
  return { project: typeof project === "string" ? project : charged.quotaProject ?? "", ...charged };
}

export function modelPath({ project, location }: VertexPlace, model: string): string {
  const [inProject, at] = [encodeURIComponent(project), encodeURIComponent(location)];
  return `/v1beta1/projects/${inProject}/locations/${at}/publishers/google/models/${
    encodeURIComponent(model)
  }`;
}

export function vertexHeaders({ token, quotaProject }: VertexPlace): Record<string, string> {
  return {
    "authorization": `Bearer ${token}`,
    "content-type": "application/json",
    ...(quotaProject === undefined ? {} : { "x-goog-user-project": quotaProject }),
  };
}
