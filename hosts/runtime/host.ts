// SPDX-License-Identifier: MIT
import type { ConnectionOptions, Connections } from "xs-ota/common/connections";
import { crypto } from "xs-ota/common/crypto";
import { openLocalHost, type LocalHost } from "xs-ota/common/host";
import { openBootloader } from "xs-ota/host/bootloader";
import { clock } from "xs-ota/host/clock";
import { device } from "xs-ota/host/device";
import { openPartition } from "xs-ota/host/flash";
import { openNetwork } from "xs-ota/host/network";

export type HostOptions = ConnectionOptions;

/** The device that this runs on: what an OtaAgent needs of it, to be spread into its options, and who it is. */
export interface Host extends LocalHost, Connections {}

/**
 * Opens this device, and connects it to the endpoint of its identity, by mutual TLS if that has a `tls`. Its network must
 * be up, and the time of day set where there is one, for TLS checks the dates of certificates.
 * @throws OtaError "argument-invalid" when the flash is not provisioned; "flash-failed".
 */
export function openHost(options: HostOptions = {}): Host {
  const local = openLocalHost({ clock, device, crypto, openPartition, openBootloader });
  const { identity } = local;
  return Object.freeze({ ...local, ...openNetwork({ ...options, identity, clock, device }) });
}
