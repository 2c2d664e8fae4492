// SPDX-License-Identifier: MIT
import type { Bootloader } from "xs-ota/common/host";
import type { BootControl, PalImageState } from "xs-ota/pal/boot";
import { OtaError, type OtaErrorCode } from "xs-ota/pal/error";
import type { FlashPartition } from "xs-ota/pal/flash";
import { openPartition } from "./flash.js";

/** An `esp_err_t`. */
type EspError = number;

const ESP_OK: EspError = 0;

/** What setting the boot partition fails with for an image that will never start here. Source: esp_ota_ops.h. */
const refusals: Readonly<Record<EspError, OtaErrorCode>> = Object.freeze({
  0x1503: "image-malformed", // ESP_ERR_OTA_VALIDATE_FAILED
  0x1504: "security-counter-older", // ESP_ERR_OTA_SMALL_SEC_VER
});

/** In the order of OtaSlotState, bootloader.c. */
const states: readonly PalImageState[] = Object.freeze([
  "Valid",
  "PendingCommit",
  "Invalid",
  "Unknown",
]);

// prettier-ignore
const ota = Object.freeze({
  state(): number { return native("xs_otaboot_state").call(this); },
  clearSpare(): EspError { return native("xs_otaboot_clearSpare").call(this); },
  setPending(): EspError { return native("xs_otaboot_setPending").call(this); },
  confirm(): EspError { return native("xs_otaboot_confirm").call(this); },
  revert(): EspError { return native("xs_otaboot_revert").call(this); },
  identify(isRunning: boolean): ArrayBuffer | undefined { return native("xs_otaboot_identify").call(this, isRunning); },
  secureVersion(): number { return native("xs_otaboot_secureVersion").call(this); },
  version(): string { return native("xs_otaboot_version").call(this); },
});

function check(error: EspError, what: string): void {
  if (error === ESP_OK) return;
  throw new OtaError(refusals[error] ?? "flash-failed", `${what}: esp_err_t ${error}`, error);
}

/**
 * Boot control through ESP-IDF's bootloader and its `otadata` partition: the image runs where it was written, and the
 * two slots change roles. Needs CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE, without which bootloader.c does not compile.
 * Source: ESP-IDF v6.0 esp_ota_ops.h; API guide "Over The Air Updates", "App Rollback"; docs/adr/0012.
 */
export class EspBootControl implements BootControl {
  readonly spare: FlashPartition;
  /** `xs-ota delta` makes deltas of MCUboot's images only. */
  readonly running = undefined;

  /** @param spare the partition that `esp_ota_get_next_update_partition` gives */
  constructor(spare: FlashPartition) {
    this.spare = spare;
  }

  get capacity(): number {
    return this.spare.geometry.size;
  }

  imageState(): PalImageState {
    return states[ota.state()] ?? "Unknown";
  }

  clearSpare(): void {
    this.#needSettled();
    check(ota.clearSpare(), "otadata");
  }

  /** ESP-IDF verifies the image's own digest first, and its signature with Secure Boot. */
  setPending(): void {
    this.#needSettled();
    check(ota.setPending(), "the boot partition cannot be set");
  }

  confirm(): void {
    if (this.imageState() === "PendingCommit") check(ota.confirm(), "otadata");
  }

  revert(): void {
    if (this.imageState() === "PendingCommit") check(ota.revert(), "otadata");
  }

  /** The SHA-256 that the build appended to the image. */
  identify(which: "running" | "spare"): Uint8Array | undefined {
    const digest = ota.identify(which === "running");
    return digest && new Uint8Array(digest);
  }

  /** Otherwise `spare` holds the fallback image. */
  #needSettled(): void {
    if (this.imageState() !== "PendingCommit") return;
    throw new OtaError("state-invalid", "the other slot holds the fallback image");
  }
}
Object.freeze(EspBootControl.prototype);

/**
 * ESP-IDF's bootloader. It asks for the secure version in the eFuses, 0 without anti-rollback; the version that runs is
 * that of the application descriptor, CONFIG_APP_PROJECT_VER.
 * @throws OtaError "flash-failed" without a second slot.
 */
export const openBootloader = (): Bootloader =>
  Object.freeze({
    boot: new EspBootControl(openPartition("nextota")),
    demands: Object.freeze({ securityCounter: ota.secureVersion(), deviceClass: undefined }),
    runningVersion: ota.version(),
  });
