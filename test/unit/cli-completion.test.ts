// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { runCli } from "xs-ota/test/support/cli";

const { out: script } = await runCli("completion", "bash");

/** What bash offers for the last of `words`. */
function complete(...words: string[]): string[] {
  const ask = `${script}
COMP_WORDS=(${words.map(word => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}; _xs_ota; echo "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", ask], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.trim().split(" ");
}

test("bash completes commands", () => {
  assert.deepEqual(complete("xs-ota", "de"), ["demo", "delta", "deploy", "device"]);
});

test("bash completes a command's options, the global ones included", () => {
  assert.deepEqual(complete("xs-ota", "deploy", "--pro"), ["--protocol", "--profile"]);
});

test("bash completes the values of an option that has a list of them", () => {
  assert.deepEqual(complete("xs-ota", "deploy", "--protocol", ""), ["mqtt", "http", "both"]);
  assert.deepEqual(complete("xs-ota", "keys", "--type", "rsa"), ["rsa-2048", "rsa-3072"]);
});

test("fish gets a line for each command and each option", async () => {
  const { out } = await runCli("completion", "fish");
  assert.match(out, /^complete -c xs-ota -n __fish_use_subcommand -a deploy -d '/m);
  assert.match(
    out,
    /__fish_seen_subcommand_from keys' -l type .* -x -a 'ecdsa-p256 rsa-2048 rsa-3072'/,
  );
});

test("no command has an option that all commands have: that one would be taken for the program's", async () => {
  const { out } = await runCli("completion", "fish");
  const options = [...out.matchAll(/__fish_seen_subcommand_from (\S+)' -l (\S+)/g)];
  const names = options.map(([, command, option]) => `${command} --${option}`);
  assert.ok(names.length > 50, `${names.length} options`);
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});

test("what the parser refuses is JSON with --json, and exits as usage, in subcommands too", async () => {
  for (const args of [["depoly"], ["deploy"], ["things", "add"], ["cloud", "--rest-port", "x"]]) {
    const { code, error } = await runCli(...args, "--json");
    assert.equal(code, 2, args.join(" "));
    const told = JSON.parse(error) as { error: { kind: string; message: string } };
    assert.equal(told.error.kind, "usage");
    assert.ok(told.error.message.length > 0);
  }
});

test("help has the sections of a manual page", async () => {
  const { out } = await runCli("deploy", "--help");
  const titles = out.split("\n").filter(line => /^[A-Z][A-Z ]+$/.test(line));
  assert.deepEqual(titles, [
    ...["NAME", "SYNOPSIS", "DESCRIPTION", "ARGUMENTS", "OPTIONS"],
    ...["GLOBAL OPTIONS", "EXAMPLES", "EXIT STATUS"],
  ]);
});
