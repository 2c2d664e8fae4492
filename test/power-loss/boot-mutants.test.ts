// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { test } from "node:test";
import { OtaError } from "xs-ota/pal/error";
import { type Rig, rigGeometries, type RigGeometry } from "../support/boot-rig.js";
import {
  type Images,
  imagesFor,
  rigFor,
  settle,
  stories,
  type Story,
  updateOnceMore,
} from "../support/boot-stories.js";
import { control } from "../support/control.js";
import { everyPowerLoss, FlashViolation, PowerLossFailure } from "../support/power-loss.js";
import { mutants } from "./mutants.js";

/** Throws when the story goes wrong, with or without a cut. */
function cutStory(story: Story, rig: Rig, images: Images): void {
  const sound = rigFor(rig.geometry, images);
  everyPowerLoss(
    story.start(sound, images),
    flash => {
      story.act(flash, images);
      assert.equal(settle(flash, rig, story.verdict).image, images[story.ends]);
    },
    flash => {
      const { image } = settle(flash, rig, story.verdict);
      assert.ok(story.mayEnd.some(name => images[name] === image));
      updateOnceMore(flash, rig, images.last);
    },
  );
}

const [geometry] = rigGeometries as readonly [RigGeometry];
const images = imagesFor(geometry);

/** Names of the stories that go wrong with this bootloader. */
function wrongStories(mutant: string): readonly string[] {
  const rig = { ...rigFor(geometry, images), mutant };
  const goesWrong = (story: Story): boolean => {
    try {
      cutStory(story, rig, images);
      return false;
    } catch (error) {
      const { name } = error as Error;
      assert.ok(isVerdict(error), `${name} is no verdict: ${String(error)}`);
      return true;
    }
  };
  return stories.filter(goesWrong).map(({ name }) => name);
}

/** A broken promise or a refused flash operation, not a mistake of the test. */
function isVerdict(error: unknown): boolean {
  if (error instanceof PowerLossFailure) return isVerdict(error.cause);
  const kinds = [assert.AssertionError, FlashViolation, OtaError];
  return kinds.some(kind => error instanceof kind);
}

test("with the bootloader as it is no story goes wrong", () => {
  assert.deepEqual(wrongStories(""), []);
});

for (const { name } of mutants) {
  control(`a bootloader that ${name.replaceAll("-", " ")} is caught`, () => {
    assert.notDeepEqual(wrongStories(name), [], "no story goes wrong");
  });
}
