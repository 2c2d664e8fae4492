// SPDX-License-Identifier: MIT
import WiFi from "embedded:network/interface/wifi";
import config from "mc/config";
import SNTP from "sntp";
import Time from "time";
import { clock } from "xs-ota/host/clock";
import { joinNetwork, type Network } from "xs-ota/host/wifi";

/*
 * In the place of the SDK's module of this name, which gives up at the first network that is not there, and does not
 * look after the one it has joined: after a power cut, in which a router takes longer to start, nothing could be
 * updated any more. It reads the same of the manifest's `config`: ssid, password, sntp.
 */

/** Milliseconds since 1970, before which no clock that was set can be: 2026-01-01. */
const EARLIEST = 1_767_225_600_000;

const print = (text: string): void => trace(`${text}\n`);

/** Asks until there is an answer: without the time of day, no certificate is valid. The clock runs on through a restart. */
function setTime(host: unknown, done: () => void): void {
  if (typeof host !== "string" || Date.now() > EARLIEST) {
    done();
    return;
  }
  new SNTP({ host }, (message, value) => {
    if (message === SNTP.time) {
      Time.set(value as number);
      done();
    } else if (message === SNTP.error) {
      print(`no time from ${host}: ${String(value)}`);
    }
    return message === SNTP.error ? host : undefined; // whom to ask next
  });
}

function networkOf({ ssid, password }: Readonly<Record<string, unknown>>): Network | undefined {
  if (typeof ssid !== "string" || ssid === "") return undefined;
  return typeof password === "string" && password !== ""
    ? { SSID: ssid, password }
    : { SSID: ssid };
}

/** The SDK calls it before `main`, for its module is in `setup/`, and starts `main` when all of those are done. */
export default function (done: () => void): void {
  const network = networkOf(config);
  if (network === undefined) {
    print('no Wi-Fi: "ssid" is not in the configuration');
    done();
    return;
  }
  let state: "starting" | "started" = "starting";
  joinNetwork({
    WiFi,
    clock,
    network,
    onAddress: () => {
      print(`joined ${network.SSID}`);
      if (state === "starting") setTime(config["sntp"], done);
      state = "started";
    },
    onError: error => print(`cannot join ${network.SSID}: ${String(error)}`),
  });
}
