// SPDX-License-Identifier: MIT
import { openAws } from "./aws.js";
import type { Aws } from "./aws.js";
import { Output } from "./output.js";
import { chooseProfile } from "./profile.js";
import type { Profile, ProfileOptions } from "./profile.js";

/** What the options before or after any command say. */
export interface GlobalOptions extends ProfileOptions {
  readonly json?: boolean | undefined;
  readonly debug?: boolean | undefined;
}

/** One run of `xs-ota`: what its command prints through, and the cloud it speaks to. */
export class Session {
  readonly output: Output;
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal;
  #options: GlobalOptions = {};
  #aws: Aws | undefined;

  constructor(signal: AbortSignal, output = new Output()) {
    this.signal = signal;
    this.output = output;
  }

  /** Takes the global options once the command line is parsed. */
  configure(options: GlobalOptions): void {
    this.#options = options;
    this.output.configure({ json: options.json === true, debug: options.debug === true });
  }

  get options(): GlobalOptions {
    return this.#options;
  }

  /** The profile that the options and the configuration name. @throws CliError "usage", "input". */
  get profile(): Profile {
    return chooseProfile(this.#options);
  }

  /**
   * The cloud that the options and the configuration name; `more` goes over the profile.
   * @throws CliError "usage", "input".
   */
  openAws(more: Pick<Profile, "bucket" | "role"> = {}): Aws {
    const chosen = this.profile;
    const { bucket = chosen.bucket, role = chosen.role } = more;
    this.#aws ??= openAws({ ...chosen, bucket, role }, this.signal);
    return this.#aws;
  }

  close(): void {
    this.#aws?.close();
  }
}
