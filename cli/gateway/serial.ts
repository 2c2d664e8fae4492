// SPDX-License-Identifier: MIT
import { SerialPort } from "serialport";
import { CliError } from "../failure.js";

/**
 * Opens a serial line: 8 data bits, no parity, one stop bit, no flow control.
 * @throws CliError "input" when there is none of that name, or it is not ours to open.
 */
export async function openSerial(path: string, baudRate: number): Promise<SerialPort> {
  const line = new SerialPort({ path, baudRate, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    line.open(error => {
      if (error === null) resolve();
      else reject(explain(path, error));
    });
  });
  return line;
}

const explain = (path: string, error: Error): CliError =>
  new CliError(
    "input",
    `the serial line ${path} cannot be opened: ${error.message.replace(/^Error: /, "")}`,
    "Name the one that appears when the board is plugged in; on Linux the group dialout may open it.",
    { cause: error },
  );
