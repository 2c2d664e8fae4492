// SPDX-License-Identifier: MIT
// Source: Moddable SDK typings/embedded_network/interface/wifi.d.ts and typings/sntp.d.ts, as far as we use them.

declare module "embedded:network/interface/wifi" {
  export default class WiFi {
    constructor(options: { onChanged(): void });
    connect(network: { readonly SSID: string; readonly password?: string }): void;
    /** 200 disconnected, 300 connecting, 400 joined, 500 with an address. */
    readonly connection: number;
  }
}

declare module "sntp" {
  /** Asks `host` for the time of day. */
  export default class SNTP {
    static readonly time: 1;
    static readonly retry: 2;
    static readonly error: -1;
    /** @param callback gets milliseconds since 1970, or what went wrong; then it may give a host to ask next */
    constructor(
      options: { readonly host: string },
      callback: (message: -1 | 1 | 2, value?: unknown) => string | undefined,
    );
  }
}
