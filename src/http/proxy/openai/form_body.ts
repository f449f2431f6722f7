import { nodeBuffer } from "lazy-node";
import { err, type Failure, invalidRequest, ok, type Result } from "../../../core/mod.ts";
import { readBody } from "../../read_body.ts";
import type { ProxyDeps, RequestContext } from "../proxy_deps.ts";

/** The fields of a multipart body, and how long it was. */
export interface FormBody {
  readonly bytes: number;
  text(name: string): string | undefined;
  files(...names: readonly string[]): readonly File[];
}

const MOST_FIELDS = 200;
/** One more for the closing boundary. */
const MOST_PARTS = MOST_FIELDS + 1;

const BOUNDARY_REGEXP = /[;\s]boundary=(?:"([^"\\]{1,200})"|([^\s";,]{1,200}))/i;

/**
 * Boundaries in a body, at most one more than is allowed: the platform's reader takes seconds for hundreds of
 * thousands of small parts.
 */
function partsIn(bytes: Uint8Array<ArrayBuffer>, boundary: string): number {
  const Buffer = nodeBuffer();
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const mark = `--${boundary}`;
  let parts = body.subarray(0, mark.length).equals(Buffer.from(mark)) ? 1 : 0;
  for (let at = body.indexOf(`\r\n${mark}`); at >= 0; at = body.indexOf(`\r\n${mark}`, at + mark.length)) {
    if (++parts > MOST_PARTS) break;
  }
  return parts;
}

/** Reads a multipart body of at most MAX_BODY_BYTES. */
export async function readFormBody(
  deps: ProxyDeps,
  { request }: RequestContext,
): Promise<Result<FormBody, Failure>> {
  const type = request.headers.get("content-type") ?? "";
  const [, quoted, plain] = /^multipart\/form-data\b/i.test(type) ? BOUNDARY_REGEXP.exec(type) ?? [] : [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) {
    return err(
      invalidRequest("Send this as multipart/form-data with its boundary", {
        status: 415,
        param: "content-type",
      }),
    );
  }
  const bytes = await readBody(request, deps.settings.maxBodyBytes);
  if (!bytes.ok) return bytes;
  if (partsIn(bytes.value, boundary) > MOST_PARTS) {
    return err(invalidRequest(`A form has at most ${MOST_FIELDS} fields`));
  }
  let form: FormData;
  // Read by the same boundary that was counted.
  const headers = { "content-type": `multipart/form-data; boundary="${boundary}"` };
  try {
    form = await new Response(bytes.value, { headers }).formData();
  } catch {
    return err(invalidRequest("The multipart body cannot be read: its boundary or its parts are not whole"));
  }
  return ok({
    bytes: bytes.value.byteLength,
    text(name) {
      const value = form.get(name) ?? form.get(`${name}[]`);
      return typeof value === "string" ? value : undefined;
    },
    files: (...names) =>
      names.flatMap((name) => [...form.getAll(name), ...form.getAll(`${name}[]`)])
        .filter((value): value is File => value instanceof File),
  });
}
