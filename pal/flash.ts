// SPDX-License-Identifier: MIT

/** Geometry of a partition. Sizes in bytes. */
export interface FlashGeometry {
  readonly size: number;
  /** Smallest unit of erase; divides `size`. */
  readonly blockSize: number;
  /** Smallest unit of write: offset and length of every write are multiples of it. 1..32, a power of two. */
  readonly writeSize: number;
  /** What an erased byte reads as: 0xFF on NOR flash, 0x00 on some. */
  readonly erasedByte: number;
}

/**
 * A region of flash.
 *
 * Every host promises, and test/contract/flash.ts checks:
 * 1. a byte is written once between erases, and a second write is refused;
 * 2. once `write` or `erase` returns, its effect survives power loss;
 * 3. power lost inside one leaves the bytes it covers undefined, and no others changed.
 *
 * Source: `embedded:storage/flash` in the Moddable SDK, less `format`, plus promises 2 and 3,
 * which it does not state.
 */
export interface FlashPartition {
  readonly geometry: FlashGeometry;
  /**
   * Fills `into` from byte `offset`; any alignment.
   * @throws OtaError "flash-failed" outside the partition, or when the device fails.
   */
  read(into: Uint8Array, offset: number): void;
  /**
   * Programs `bytes` at byte `offset`; the caller keeps `bytes`.
   * @throws OtaError "flash-failed" outside the partition, unaligned, not erased, or when the device fails.
   */
  write(bytes: Uint8Array, offset: number): void;
  /**
   * Erases `count` blocks, the first being block number `first`.
   * @throws OtaError "flash-failed" outside the partition, or when the device fails.
   */
  erase(first: number, count: number): void;
}
