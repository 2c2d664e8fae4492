// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { constants, createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { DEVICE_CLASS_SIZE, tlvTypes } from "xs-ota/image/mcuboot";
import type { ImageVersion } from "xs-ota/image/version";
import type { BootFacts } from "xs-ota/pal/boot/table";
import type { FlashGeometry } from "xs-ota/pal/flash";
import { publicKeyBytes } from "xs-ota/toolchain/image";
import type { FlashPartition } from "xs-ota/pal/flash";
import { SimFlash } from "./sim-flash.js";

/** The partitions that the bootloader uses, in the order of OtaArea in toolchain/bootloader/boot.h. */
export type BootFlash = Readonly<Record<"a" | "b" | "counter", SimFlash>>;
type BootPartitions = Readonly<Record<keyof BootFlash, FlashPartition>>;
const areas = Object.freeze(["a", "b", "counter"] as const);

const outcomes = Object.freeze([
  "not-bootable",
  "started",
  "trial",
  "permanent",
  "reverted",
] as const);
const reasons = Object.freeze([
  "fine",
  "flash-failed",
  "no-image",
  "malformed",
  "too-large",
  "wrong-target",
  "wrong-digest",
  "no-signature",
  "counter-older",
] as const);
const actions = Object.freeze(["resume", "test", "permanent", "revert", "none"] as const);

/** What the bootloader did and what it would start: OtaBootResult. */
export interface BootReport {
  readonly outcome: (typeof outcomes)[number];
  readonly refused: (typeof reasons)[number];
  readonly headerSize: number;
  readonly bodySize: number;
  readonly securityCounter: number;
  readonly version: ImageVersion;
  readonly digest: Uint8Array;
  /** Reads, writes and erases that the bootloader asked for. */
  readonly accesses: number;
}

export interface BootOptions {
  /** Public keys that the bootloader trusts. */
  readonly trustedKeys: readonly string[];
  /** The class that this device enforces; none by default. */
  readonly deviceClass?: Uint8Array;
  /** Bytes for copying, at most 65536; a write covers half of them. */
  readonly bufferSize?: number;
  /** Which of the boot's flash accesses fails without effect, as a defective chip's does; 1 is the first. */
  readonly failsAt?: number | undefined;
  /** A block that no longer can be erased. */
  readonly failingErase?: { readonly slot: "a" | "b"; readonly block: number } | undefined;
  /** A core that was made wrong on purpose: a name from test/power-loss/mutants.ts. */
  readonly mutant?: string | undefined;
}

interface Core {
  readonly memory: WebAssembly.Memory;
  setGeometry(area: number, size: number, block: number, write: number, erased: number): void;
  useTarget(): number;
  boot(bufferSize: number): number;
  decide(facts: number): number;
  layout(): number;
}

/** Compiled cores by name: build/bootloader.wasm, or build/mutants/<name>/bootloader.wasm. */
const modules = new Map<string, WebAssembly.Module>();

function loadCore(mutant: string): WebAssembly.Module {
  const folder = mutant === "" ? "" : `mutants/${mutant}/`;
  const file = new URL(`../../../${folder}bootloader.wasm`, import.meta.url);
  const module = modules.get(mutant) ?? new WebAssembly.Module(readFileSync(file));
  modules.set(mutant, module);
  return module;
}

/** The imports of one instance; `flash` and `keys` are those of the boot under way. */
class Port {
  flash: BootPartitions | undefined;
  keys: ReadonlyMap<string, string> = new Map();
  accesses = 0;
  failsAt = 0;
  failingErase: BootOptions["failingErase"];
  readonly core: Core;
  readonly #pristine: Uint8Array;
  /** What was hashed last: Node verifies messages, not digests. */
  #message: Uint8Array[] = [];

  constructor(mutant: string) {
    this.core = new WebAssembly.Instance(loadCore(mutant), { port: this.#imports() })
      .exports as unknown as Core;
    this.#pristine = new Uint8Array(this.core.memory.buffer).slice();
  }

  bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.core.memory.buffer, at, length);
  }

  /** RAM as after a reset. */
  reset(): void {
    this.bytes(0, this.#pristine.length).set(this.#pristine);
  }

  #partition(area: number): FlashPartition {
    const name = areas[area];
    if (name === undefined || this.flash === undefined) throw new Error(`area ${area}`);
    return this.flash[name];
  }

  #isWornOut(area: number, first: number, count: number): boolean {
    const { slot, block = 0 } = this.failingErase ?? {};
    return areas[area] === slot && block >= first && block < first + count;
  }

  /** @returns what the port's flash functions do: 0, or 1 when this access fails. */
  #access(run: () => void): number {
    if (++this.accesses === this.failsAt) return 1;
    run();
    return 0;
  }

  /** A refused operation is an exception here: the core never causes one, and a cut of the power unwinds it. */
  #imports(): WebAssembly.ModuleImports {
    return {
      read: (area: number, offset: number, into: number, length: number) =>
        this.#access(() => this.#partition(area).read(this.bytes(into, length), offset)),
      write: (area: number, offset: number, from: number, length: number) =>
        this.#access(() => this.#partition(area).write(this.bytes(from, length), offset)),
      erase: (area: number, first: number, count: number) =>
        this.#isWornOut(area, first, count)
          ? 1
          : this.#access(() => this.#partition(area).erase(first, count)),
      sha256Begin: () => void (this.#message = []),
      sha256Update: (from: number, length: number) =>
        void this.#message.push(this.bytes(from, length).slice()),
      sha256End: (into: number) => this.bytes(into, 32).set(sha256(this.#message)),
      verify: (hash: number, algorithm: number, digest: number, from: number, length: number) => {
        const key = this.keys.get(hex(this.bytes(hash, 32)));
        assert.deepEqual(this.bytes(digest, 32), sha256(this.#message), "verifies what it hashed");
        const signature = this.bytes(from, length).slice();
        return key === undefined ? 0 : Number(isSigned(this.#message, key, algorithm, signature));
      },
      log: () => undefined,
    };
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function sha256(message: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const bytes of message) hash.update(bytes);
  return new Uint8Array(hash.digest());
}

/** Verdicts by what was asked: a run boots the same few images thousands of times. */
const verdicts = new Map<string, boolean>();

function isSigned(
  message: readonly Uint8Array[],
  key: string,
  algorithm: number,
  signature: Uint8Array,
): boolean {
  const question = `${key} ${algorithm} ${hex(sha256(message))} ${hex(signature)}`;
  const verdict = verdicts.get(question) ?? verifies(message, key, algorithm, signature);
  verdicts.set(question, verdict);
  return verdict;
}

function verifies(
  message: readonly Uint8Array[],
  pem: string,
  algorithm: number,
  signature: Uint8Array,
): boolean {
  const bytes = Buffer.concat(message);
  const key = createPublicKey(pem);
  if (algorithm === tlvTypes.ecdsa) {
    return key.asymmetricKeyType === "ec" && verify("sha256", bytes, key, signature);
  }
  if (key.asymmetricKeyType !== "rsa") return false;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return verify("sha256", bytes, { key, padding, saltLength: 32 }, signature);
}

/** Idle instances by mutant. A boot that ends takes its instance back; one that is cut leaves it behind. */
const idle = new Map<string, Port[]>();

function withPort<T>(run: (port: Port) => T, mutant = ""): T {
  const ports = idle.get(mutant) ?? [];
  idle.set(mutant, ports);
  const port = ports.pop() ?? new Port(mutant);
  port.reset();
  const result = run(port);
  ports.push(port);
  return result;
}

function setGeometry(core: Core, area: number, { geometry }: FlashPartition): void {
  const { size, blockSize, writeSize, erasedByte } = geometry;
  core.setGeometry(area, size, blockSize, writeSize, erasedByte);
}

/** The step between reset and application, by the bootloader's own C, on simulated flash. */
export function bootOnce(flash: BootPartitions, options: BootOptions): BootReport {
  return withPort(port => {
    port.flash = flash;
    port.accesses = 0;
    port.failsAt = options.failsAt ?? 0;
    port.failingErase = options.failingErase;
    port.keys = keysByHash(options.trustedKeys);
    for (const [area, name] of areas.entries()) setGeometry(port.core, area, flash[name]);
    if (options.deviceClass !== undefined) {
      port.bytes(port.core.useTarget(), DEVICE_CLASS_SIZE).set(options.deviceClass);
    }
    return readReport(port, port.core.boot(options.bufferSize ?? 8192));
  }, options.mutant);
}

const hashes = new Map<string, string>();

function keysByHash(pems: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pems.map(pem => {
      const hash = hashes.get(pem) ?? hex(sha256([publicKeyBytes(createPublicKey(pem))]));
      hashes.set(pem, hash);
      return [hash, pem] as const;
    }),
  );
}

/** OtaBootResult, as clang lays it out for wasm32. */
function readReport(port: Port, at: number): BootReport {
  const view = new DataView(port.core.memory.buffer, at, 68);
  const outcome = outcomes[view.getUint32(0, true)];
  const refused = reasons[view.getUint32(4, true)];
  assert.ok(outcome !== undefined && refused !== undefined);
  return {
    outcome,
    refused,
    headerSize: view.getUint32(8, true),
    bodySize: view.getUint32(12, true),
    securityCounter: view.getUint32(24, true),
    version: {
      major: view.getUint8(28),
      minor: view.getUint8(29),
      revision: view.getUint16(30, true),
      build: view.getUint32(32, true),
    },
    digest: port.bytes(at + 36, 32).slice(),
    accesses: port.accesses,
  };
}

/** The bootloader's decision on one row of facts. */
export function decideInC(facts: BootFacts): string {
  const bits = [
    facts.aMagic === "good",
    facts.aSwapInfo === "set",
    facts.aCopyDone === "set",
    facts.aImageOk === "set",
    facts.bMagic === "good",
    facts.bImageOk === "set",
  ].reduce((sum, bit, at) => sum + (bit ? 1 << at : 0), 0);
  return withPort(port => actions[port.core.decide(bits)] ?? "unknown");
}

/** The bootloader's layout of two slots, or `undefined` when they do not fit: OtaLayout, as numbers. */
export function layoutInC(a: FlashGeometry, b: FlashGeometry): readonly number[] | undefined {
  return withPort(port => {
    setGeometry(port.core, 0, new SimFlash(a));
    setGeometry(port.core, 1, new SimFlash(b));
    const at = port.core.layout();
    return at === 0 ? undefined : [...new Uint32Array(port.core.memory.buffer, at, 19)];
  });
}
