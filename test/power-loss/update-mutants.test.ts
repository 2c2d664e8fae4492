// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { OtaError } from "xs-ota/pal/error";
import { control } from "../support/control.js";
import { FlashViolation, PowerLossFailure } from "../support/power-loss.js";
import { cutUpdate, geometriesFor, noCuts } from "../support/update-cuts.js";
import { updateStories } from "../support/update-stories.js";
import type { DeviceOptions } from "../support/whole-device.js";
import { spoils } from "./spoils.js";

/** Bootloaders whose mistake shows in what the operator sees. */
const mutants = [
  "records-a-step-before-it-is-done",
  "sets-copy-done-before-the-last-block",
  "starts-the-swap-over-after-a-reset",
  "gives-up-slot-b-before-slot-a-says-so",
  "writes-without-erasing",
  "trusts-half-a-trailer-of-slot-b",
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
  control(`${name} is caught`, t => {
    const story = wrongStory({ spoil });
    t.diagnostic(`in "${story ?? "no story"}"`);
    assert.ok(story !== undefined, "no story goes wrong");
  });
}

for (const mutant of mutants) {
  control(`a bootloader that ${mutant.replaceAll("-", " ")} is caught by whole updates`, t => {
    const story = wrongStory({ mutant });
    t.diagnostic(`in "${story ?? "no story"}"`);
    assert.ok(story !== undefined, "no story goes wrong");
  });
}
