// SPDX-License-Identifier: MIT

const open = (): void => native("xs_ota_nrf52_open").call(undefined);

/** Opens the byte channel and feeds the watchdog from now on. The SDK calls it before `main`, for its module is in `setup/`. */
export default function (done: () => void): void {
  open();
  done();
}
