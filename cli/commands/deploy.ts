// SPDX-License-Identifier: MIT
import { basename } from "node:path";
import { Command, Option } from "@commander-js/extra-typings";
import { DELTA_FILE_TYPE, isDelta } from "xs-ota/delta/header";
import type { DataProtocol } from "xs-ota/job/document";
import { signatureSchemes } from "xs-ota/pal/crypto";
import { deploy, newJobId, planDeployment } from "../deployment.js";
import type { Deployment, SignedFile } from "../deployment.js";
import { CliError } from "../failure.js";
import { readInput, readJson } from "../files.js";
import { jobSettings, parseAbort, parseRamp, parseRetry, parseTime } from "../job-settings.js";
import { concludeJob, showJob } from "../job-progress.js";
import { watchJob } from "../job-watch.js";
import { wholeNumber } from "../options.js";
import { reportFirmware } from "../report/firmware-report.js";
import type { Session } from "../session.js";
import { parsePrivateKey, signDetached } from "../signing.js";
import type { DetachedSignature } from "../signing.js";

const protocolsOf = Object.freeze({
  mqtt: ["MQTT"],
  http: ["HTTP"],
  both: ["MQTT", "HTTP"],
} as const satisfies Record<string, readonly DataProtocol[]>);

const examples = `
EXAMPLES
  # one device, on the cloud that \`xs-ota cloud\` started, and wait for it
  xs-ota deploy build/app-1.1.0.img --thing lamp-1 --key keys/code-signing.key.pem --watch
  # a fleet: 10 devices a minute, twice as many after each 100 that took it; stop if 5 % of 20 fail
  xs-ota deploy build/app-1.1.0.img --group lamps --key keys/code-signing.key.pem \\
    --ramp 10,2,succeeded:100 --abort all:5:20 --timeout 60 --retry failed:3
  # at night, and not beyond it; who has begun by then may finish
  xs-ota deploy build/app-1.1.0.img --group lamps --key keys/code-signing.key.pem \\
    --start 2026-12-01T22:00 --end 2026-12-02T04:00 --end-behavior cancel
  # on AWS: credentials from the environment, bucket and role of your account
  xs-ota deploy build/app-1.1.0.img --thing lamp-1 --key keys/code-signing.key.pem --region eu-central-1 \\
    --bucket my-firmware --role arn:aws:iam::123456789012:role/iot-reads-firmware
  # see the job document that devices would get; nothing is sent
  xs-ota deploy build/app-1.1.0.img --thing lamp-1 --key keys/code-signing.key.pem --dry-run`;

/** The arguments of `xs-ota deploy`, whose options get their types from here. */
const deployArguments = () =>
  new Command("deploy")
    .summary("send an image to devices")
    .description(
      "Signs an image, puts it in the bucket, and makes the stream and the job by which devices fetch it. " +
        "Prints the job's id, which `watch`, `jobs` and `cancel` take. Without a profile or --endpoint it deploys " +
        "to AWS; `xs-ota cloud` starts a cloud to try it on.",
    )
    .argument("<image>", "the file that `xs-ota build` wrote")
    .option("--thing <name...>", "the devices to update")
    .option("--group <name...>", "the groups of devices to update")
    .option("--key <file>", "the private code-signing key (default: take <image>.sig)")
    .option("--certfile <name>", "what devices call the key's certificate", "code-signing")
    .addOption(
      new Option("--protocol <name>", "how devices fetch it")
        .choices(["mqtt", "http", "both"])
        .default("mqtt" as const),
    )
    .option("--job-id <id>", "what to call the job (default: AFR_OTA-, image, time, random)")
    .option("--filepath <path>", "what devices call the file (default: the image's name)")
    .option("--file-type <n>", "default: 0, firmware, or 255 for a delta", wholeNumber(0, 255))
    .option("--bucket <name>", "the S3 bucket to put it in (default: the profile's)")
    .option("--role <arn>", "by which AWS IoT reads the bucket (default: the profile's)")
    .option("--rate <n>", "devices told per minute at most", wholeNumber(1, 1000))
    .option("--ramp <rule>", "grow that rate: 50,2,succeeded:1000", parseRamp)
    .option("--abort <rule>", "cancel when too many fail: failed:20:100; repeatable", parseAbort)
    .option("--timeout <minutes>", "for a device, once it began", wholeNumber(1, 10_080))
    .option("--retry <rule>", "try again: failed:3 or timed_out:1; repeatable", parseRetry)
    .option("--continuous", "devices that join a group later get it too")
    .option("--start <time>", "begin then, in UTC; AWS wants 30 minutes at least", parseTime)
    .option("--end <time>", "with --start: reach no more devices from then on", parseTime)
    .addOption(
      new Option(
        "--end-behavior <what>",
        "with --end: what of devices that are not through",
      ).choices(["stop-rollout", "cancel", "force-cancel"] as const),
    )
    .option("--dry-run", "print the job document and send nothing")
    .option("--watch", "follow the job until all devices are through")
    .addHelpText("after", examples);

type DeployOptions = ReturnType<ReturnType<typeof deployArguments>["opts"]>;

/** `xs-ota deploy`: sends an image to devices. */
export function deployCommand(session: Session): Command {
  return deployArguments().action(async (image, options) => {
    const { output, signal } = session;
    const deployment = readDeployment(image, options);
    const aws = session.openAws(options);
    const plan = await planDeployment(deployment, aws);
    const text = JSON.stringify(plan.document, undefined, 2);
    if (options.dryRun === true) {
      output.result(plan.document, text);
      return;
    }
    await deploy(deployment, plan, aws);
    output.result(plan, `job ${plan.jobId} created on ${aws.where}`);
    if (signal.aborted) output.note(`too late to stop it: \`xs-ota cancel ${plan.jobId}\` does`);
    if (options.watch !== true) return;
    concludeJob(await showJob(watchJob(aws, plan.jobId, { signal }), output), output);
  }) as unknown as Command;
}

/** @throws CliError "usage", "input". */
function readDeployment(image: string, options: DeployOptions): Deployment {
  const { thing = [], group = [], certfile, key } = options;
  if (thing.length + group.length === 0) throw noTarget();
  const path = options.filepath ?? basename(image);
  return {
    jobId: options.jobId ?? newJobId(path),
    things: thing,
    groups: group,
    file: signFile(image, key, { ...options, path, certificateName: certfile }),
    protocols: protocolsOf[options.protocol],
    settings: jobSettings(options),
  };
}

interface FileNames extends Pick<SignedFile, "path" | "certificateName"> {
  readonly fileType?: number | undefined;
}

/** The image with the signature for the job document: made now, or by `build` or `sign` before. */
function signFile(
  image: string,
  keyPath: string | undefined,
  { path, certificateName, ...given }: FileNames,
): SignedFile {
  const bytes = readInput(image, "the image", "`xs-ota build` makes one.");
  const fileType = given.fileType ?? (isDelta(bytes) ? DELTA_FILE_TYPE : 0);
  if (fileType === 0) checkImage(image, bytes);
  const file = { path, certificateName, fileType, bytes };
  if (keyPath === undefined) return { ...file, ...readSignature(`${image}.sig`) };
  const key = parsePrivateKey(readInput(keyPath, "the key", "`xs-ota keys` makes one."), keyPath);
  return { ...file, ...signDetached(bytes, key) };
}

/** Firmware that no bootloader would take is not sent to a fleet. @throws CliError "input". */
function checkImage(path: string, bytes: Uint8Array): void {
  const [problem] = reportFirmware({ kind: path, bytes, trusted: [], targets: [] }).problems;
  if (problem === undefined) return;
  const remedy = "`xs-ota inspect` says more; give --file-type for a file that is not firmware.";
  throw new CliError("input", `${path} is no firmware: ${problem}`, remedy);
}

function readSignature(path: string): DetachedSignature {
  const signatures = readJson(path, "the signature", "Give --key, or sign with `xs-ota sign`.");
  for (const scheme of signatureSchemes) {
    const signature = (signatures as Record<string, unknown> | null)?.[scheme];
    if (typeof signature === "string") return { scheme, signature };
  }
  throw new CliError("input", `${path} has no signature`, "`xs-ota sign` writes one.");
}

const noTarget = (): CliError =>
  new CliError(
    "usage",
    "no device is named",
    "Give --thing or --group; `xs-ota things` lists them.",
  );
