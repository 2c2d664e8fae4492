// SPDX-License-Identifier: MIT
import type { OtaError } from "xs-ota/pal/error";
import type { DataProtocol, JobFile } from "../job/document.js";
import type { BlockBitmap } from "./bitmap.js";

/** What a data protocol hears back. */
export interface BlockSink {
  /** A block of the file being received; `bytes` are valid only during the call, their number is not checked. */
  onBlock(blockIndex: number, bytes: Uint8Array): void;
  /** What was asked for will not come, or came damaged. `isFinal` says that asking again hardly helps. */
  onFault(error: OtaError, isFinal: boolean): void;
  /**
   * Entity tag of the file whose blocks are on the flash, `undefined` while none is known. A source that learns it sets it; one
   * that finds another reports the fault "file-changed", and the file starts clean. Source: RFC 9110 section 8.8.3.
   */
  etag: string | undefined;
}

/**
 * How blocks travel: the three calls of the C library's OtaDataInterface_t. MQTT streams and HTTP ranges implement it.
 */
export interface BlockSource {
  readonly protocol: DataProtocol;
  /** Makes ready to receive `file`. @throws OtaError when the network refuses. */
  open(file: JobFile, sink: BlockSink): void;
  /**
   * Asks for wanted blocks.
   * @param most blocks to ask for, 1..
   * @param from index of the block to begin the search at; there must be a wanted one
   * @returns how many were asked for.
   * @throws OtaError when the network refuses.
   */
  request(bitmap: BlockBitmap, most: number, from: number): number;
  /** Goes on with a later document of the same job, for instance with a fresh URL. */
  renew(file: JobFile): void;
  /** Offers a message. @returns whether it was of this source. */
  onMessage(topic: string, payload: Uint8Array): boolean;
  /** Ends it; harmless when it is not open. */
  close(unsubscribe: boolean): void;
}
