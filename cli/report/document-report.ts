// SPDX-License-Identifier: MIT
import { parseJob, type JobFile } from "xs-ota/job/document";
import { signatureSchemes } from "xs-ota/pal/crypto";
import { ReportWriter, type Report } from "./report.js";

/** Characters that a job document may have. Source: AWS IoT API reference, CreateJob. */
const MAX_DOCUMENT = 32_768;

/** What a job document says, and what a device is going to hold against it. */
export function reportDocument(text: string): Report {
  const writer = new ReportWriter("job document");
  if (text.length > MAX_DOCUMENT) {
    writer.problem(`it has ${text.length} characters; AWS IoT takes ${MAX_DOCUMENT}`);
  }
  const jobDocument = writer.attempt(() => JSON.parse(text) as unknown);
  if (jobDocument === undefined) return writer.finish();
  const scheme = signatureSchemes.find(name => text.includes(`"${name}"`)) ?? "sig-sha256-ecdsa";
  const message = { execution: { jobId: "inspected", jobDocument } };
  const job = writer.attempt(() => parseJob(message, scheme));
  if (job === undefined) return writer.finish();
  if (job.kind !== "ota") {
    writer.problem("it has no afr_ota: a device hands it to the application as a custom job");
    return writer.finish();
  }
  writer.fact("protocols", job.protocols.join(", "));
  writer.fact("stream", job.streamName ?? "none");
  for (const [index, file] of job.files.entries()) writer.part(reportFile(file, index));
  return writer.finish();
}

function reportFile(file: JobFile, index: number): Report {
  const writer = new ReportWriter(`files[${index}]`);
  writer.fact("path", file.path);
  writer.fact("size", `${file.size} bytes`);
  writer.fact("file id", file.fileId);
  writer.fact("file type", file.fileType === 0 ? "0, firmware" : file.fileType);
  writer.fact("certificate", file.certificateName);
  writer.fact("signature", `${file.scheme}, ${file.signature.length} bytes`);
  if (file.url !== undefined)
    writer.fact("url", `${file.url} (${file.authScheme ?? "no auth_scheme"})`);
  return writer.finish();
}
