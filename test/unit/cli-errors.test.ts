// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { createCodeSigningPair } from "xs-ota/cli/signing";
import { runCli } from "xs-ota/test/support/cli";
import { makeTemporaryFolder } from "xs-ota/test/support/files";

const { folder, remove } = makeTemporaryFolder();
after(remove);
const place = (name: string): string => join(folder, name);
const [key, certificate, text] = [place("key.pem"), place("cert.pem"), place("text.bin")];
const [empty, ftp] = [place("empty.json"), place("ftp.json")];
const pair = await createCodeSigningPair("ecdsa-p256", "vendor", 1);
writeFileSync(key, pair.privateKey);
writeFileSync(certificate, pair.certificate);
writeFileSync(text, "hello\n");
writeFileSync(empty, '{"profiles": {}}');
writeFileSync(ftp, '{"default": "desk", "profiles": {"desk": {"endpoint": "ftp://desk"}}}');
const nowhere = "http://127.0.0.1:9";

/** What is typed, the exit code, and what the message says: the field or the file at fault, and the remedy. */
// prettier-ignore
const mistakes: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
  [["frobnicate"],                                    2, /unknown command 'frobnicate'\n {2}`xs-ota help` lists the commands/],
  [["deploy"],                                        2, /missing required argument 'image'\n {2}`xs-ota help deploy` says/],
  [["things", "add", "a/b"],                          2, /'a\/b' is invalid for argument 'name'. It is 1 to 128 letters/],
  [["device", "--thing", "../a"],                     2, /--thing <name>' argument '..\/a' is invalid. It is 1 to 128 letters/],
  [["provision", "--thing", "a b"],                   2, /--thing <name>' argument 'a b' is invalid/],
  [["build", "m.json", "--key", key, "--version", "1.2"], 2, /--version <version>' argument '1.2' is invalid. It is like 1.2.3/],
  [["keys", "--days", "0"],                           2, /--days <days>' argument '0' is invalid. It is a whole number from 1 to 36500/],
  [["sign", text, "--key", key],                      3, /the image .*text.bin: header: 32 bytes, room for 6\n {2}`xs-ota build` makes one/],
  [["build", "examples/thread/manifest.json", "--key", key, "--out", join(text, "a.img")],  3, /the folder .*text.bin: EEXIST.*\n {2}Give another place/],
  [["keys", "--out", join(text, "keys")],             3, /the folder .*text.bin.keys: ENOTDIR.*\n {2}Give another place/],
  [["sign", text, "--key", certificate],              3, /the key .*cert.pem cannot be used: it does not parse\n {2}Give an ECDSA P-256/],
  [["delta", text, text, "--key", key],               3, /the old image: header: 32 bytes, room for 6\n {2}Give two images/],
  [["inspect", text],                                 1, /text.bin: file: it is no image, delta or job document, and no board's flash has its size/],
  [["cloud", "--memory", "--config", text],           3, /the configuration .*text.bin: .*\n {2}Correct the JSON in it/],
  [["things", "--config", text],                      3, /the configuration .*text.bin: .*\n {2}Correct the JSON in it/],
  [["things", "--config", ftp],                       3, /ftp.json: profiles.desk.endpoint: .*\n {2}docs.cli.md lists the fields/],
  [["things", "--config", empty, "--profile", "constructor", "--endpoint", nowhere], 2, /no profile "constructor": .*does not have it/],
  [["jobs", "--endpoint", "foo"],                     2, /--endpoint <url>' argument 'foo' is invalid. It is like http:..127.0.0.1:8080.\n {2}`xs-ota help jobs`/],
  [["--endpoint", "ftp://desk", "jobs"],              2, /--endpoint <url>' argument 'ftp:..desk' is invalid/],
];

for (const [args, code, message] of mistakes) {
  const name = args.map(word => word.replace(`${folder}/`, "")).join(" ");
  test(`xs-ota ${name}: says what is wrong, and what to do`, async () => {
    const run = await runCli(...args);
    assert.equal(run.code, code, run.error);
    assert.match(run.error, message);
  });
}
