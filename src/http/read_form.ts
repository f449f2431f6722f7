import { err, type Failure, invalidRequest, ok, type Result } from "../core/mod.ts";
import { BOUNDS } from "./bounds.ts";
import { readBody } from "./read_body.ts";

/** The fields of a small form as a page of our own sends it; what is larger is not read to its end. */
export async function readForm(request: Request): Promise<Result<URLSearchParams, Failure>> {
  const type = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    return err(
      invalidRequest("Send the form as application/x-www-form-urlencoded", {
        status: 415,
        param: "content-type",
      }),
    );
  }
  const bytes = await readBody(request, BOUNDS.formBytes);
  if (!bytes.ok) return bytes;
  const text = new TextDecoder().decode(bytes.value);
  if (text.split("&", BOUNDS.formFields + 1).length > BOUNDS.formFields) {
    return err(invalidRequest(`The form has more than ${BOUNDS.formFields} fields`));
  }
  return ok(new URLSearchParams(text));
}
