// SPDX-License-Identifier: MIT
import { once } from "node:events";
import { Command } from "@commander-js/extra-typings";
import { CliError } from "../failure.js";
import { Exchange } from "../gateway/gateway.js";
import { openSerial } from "../gateway/serial.js";
import { wholeNumber } from "../options.js";
import type { Session } from "../session.js";

const DEFAULT_BAUD_RATE = 115_200;

const examples = `
EXAMPLES
  xs-ota gateway --serial /dev/ttyACM0
  xs-ota gateway --serial COM3 --baud 460800`;

/** The arguments of `xs-ota gateway`, whose options get their types from here. */
const gatewayArguments = () =>
  new Command("gateway")
    .summary("bring a board without a network into one")
    .description(
      "Makes, until Ctrl-C, the TCP connections that a board asks for over a serial line, and carries their bytes. " +
        "It does not look into them: TLS is between board and cloud. It connects to wherever the board says.",
    )
    .requiredOption("--serial <path>", "the line to the board, such as /dev/ttyACM0 or COM3")
    .option("--baud <n>", "as the board has it", wholeNumber(1200, 4_000_000), DEFAULT_BAUD_RATE)
    .addHelpText("after", examples);

/** `xs-ota gateway`: brings a board without a network into one. */
export function gatewayCommand({ output, signal }: Session): Command {
  return gatewayArguments().action(async ({ serial, baud }) => {
    const line = await openSerial(serial, baud);
    new Exchange(line, event => output.result({ event }, event));
    output.result({ serial, baud }, `${serial} at ${baud} baud, waiting for the board`);
    const closed = once(line, "close");
    signal.addEventListener("abort", () => line.close());
    if (signal.aborted) line.close();
    await closed;
    signal.throwIfAborted();
    throw new CliError("tool", `${serial} is gone`, "Plug the board in and start again.");
  });
}
