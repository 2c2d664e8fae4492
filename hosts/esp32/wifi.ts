// SPDX-License-Identifier: MIT
import type { Clock } from "xs-ota/pal/clock";

/** A station of the SDK's Wi-Fi, as far as it is used. Source: Moddable SDK modules/io/wifi/esp32. */
export interface Station {
  connect(network: Network): void;
  readonly connection: number;
}

export interface Network {
  readonly SSID: string;
  readonly password?: string;
}

export interface WifiOptions {
  readonly WiFi: new (options: { onChanged(): void }) => Station;
  readonly clock: Clock;
  readonly network: Network;
  /** Called each time that the device gets an address. */
  onAddress(): void;
  /** What goes wrong, for a log. */
  onError(error: unknown): void;
}

/** Values of `connection`: at most, and at least. Between them it is being joined, or waits for an address. */
const DISCONNECTED = 200;
const HAS_ADDRESS = 500;

/** Milliseconds until the next attempt. */
const RETRY_MS = 5000;

/** Joins a network, and joins it again whenever it is lost or was not there, for as long as the device runs. */
export function joinNetwork(options: WifiOptions): void {
  const { WiFi, clock, network } = options;
  const station = new WiFi({
    onChanged(): void {
      if (station.connection >= HAS_ADDRESS) options.onAddress();
      else if (station.connection <= DISCONNECTED) clock.after(RETRY_MS, join);
    },
  });

  function join(): void {
    if (station.connection > DISCONNECTED) return;
    try {
      station.connect(network);
    } catch (error) {
      options.onError(error);
      clock.after(RETRY_MS, join);
    }
  }

  join();
}
