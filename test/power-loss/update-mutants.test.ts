// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import type { FlashPartition } from "xs-ota/pal/flash";
import type { Journal } from "xs-ota/pal/journal";
import { FlashPal } from "xs-ota/pal/flash/flash-pal";
import type { OtaImageState } from "xs-ota/pal/pal";
import { FlashViolation, PowerLossFailure } from "../support/power-loss.js";
import { cutUpdate, geometriesFor, noCuts } from "../support/update-cuts.js";
import { updateStories } from "../support/update-stories.js";
import type { DeviceOptions, Spoil } from "../support/whole-device.js";

/** One record at the start of the partition, erased before it is written. */
class JournalInPlace implements Journal {
  readonly capacity = 400;
  readonly #flash: FlashPartition;

  constructor(flash: FlashPartition) {
    this.#flash = flash;
  }

  load(): Uint8Array | undefined {
    const bytes = new Uint8Array(this.capacity + 32);
    this.#flash.read(bytes, 0);
    const length = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
    return length > 0 && length <= this.capacity ? bytes.slice(2, 2 + length) : undefined;
  }

  save(record: Uint8Array): void {
    const bytes = new Uint8Array(this.capacity + 32 - ((this.capacity + 32) % 32));
    bytes.set([record.length & 0xff, record.length >> 8]);
    bytes.set(record, 2);
    this.#flash.erase(0, 1);
    this.#flash.write(bytes, 0);
  }
}

/** Asks for the switch before it has verified. */
class HastyPal extends FlashPal {
  override closeFile(): void {
    this.activate();
    super.closeFile();
  }
}

/** Leaves the commit to the next start, after the cloud has heard of it. */
class LazyPal extends FlashPal {
  override setPlatformImageState(state: OtaImageState): void {
    if (state !== "Accepted") super.setPlatformImageState(state);
  }
}

const spoils: Readonly<Record<string, Spoil>> = {
  "a journal that rewrites its record in place": {
    journal: flash => new JournalInPlace(flash),
  },
  "a library that asks for the switch before it verifies": {
    pal: options => new HastyPal(options),
  },
  "a library that reports before it commits": {
    pal: options => new LazyPal(options),
  },
};

/** Bootloaders whose mistake shows in what the operator sees. */
const mutants = [
  "records-a-step-before-it-is-done",
  "sets-copy-done-before-the-last-block",
  "starts-the-swap-over-after-a-reset",
  "gives-up-slot-b-before-slot-a-says-so",
  "writes-without-erasing",
  "forgets-to-set-image-ok-after-a-revert",
  "accepts-any-signature",
  "never-raises-the-security-counter",
];

/** A broken promise, not a mistake of the test. */
function isVerdict(error: unknown): boolean {
  if (error instanceof PowerLossFailure) return isVerdict(error.cause);
  const kinds = [assert.AssertionError, FlashViolation, OtaError];
  return kinds.some(kind => error instanceof kind);
}

/** The first story that goes wrong. */
function wrongStory(spoilt: Partial<DeviceOptions>): string | undefined {
  const [geometry] = geometriesFor(0);
  assert.ok(geometry !== undefined);
  for (const story of updateStories) {
    try {
      cutUpdate(story, geometry, noCuts(), { spoilt });
    } catch (error) {
      assert.ok(isVerdict(error), `${String(error)} is no verdict`);
      return story.name;
    }
  }
  return undefined;
}

for (const [name, spoil] of Object.entries(spoils)) {
  test(`${name} is caught`, t => {
    const story = wrongStory({ spoil });
    t.diagnostic(`in "${story ?? "no story"}"`);
    assert.ok(story !== undefined, "no story goes wrong");
  });
}

for (const mutant of mutants) {
  test(`a bootloader that ${mutant.replaceAll("-", " ")} is caught by whole updates`, t => {
    const story = wrongStory({ mutant });
    t.diagnostic(`in "${story ?? "no story"}"`);
    assert.ok(story !== undefined, "no story goes wrong");
  });
}
