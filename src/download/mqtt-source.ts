// SPDX-License-Identifier: MIT
import { OtaError } from "xs-ota/pal/error";
import type { MqttClient } from "xs-ota/pal/mqtt";
import type { JobFile } from "../job/document.js";
import { getStreamTopic, streamDataTopic, streamRejectedTopic } from "../job/topics.js";
import type { BlockBitmap } from "./bitmap.js";
import type { BlockSink, BlockSource } from "./source.js";
import { MAX_BYTES_PER_REQUEST, type StreamBlock, type StreamCodec } from "./streams.js";

/** Bytes of bitmap in one request: what v3.3.0 holds too, 1024 blocks. */
const MAX_BITMAP = 128;
/** A request in CBOR: without its bitmap it takes under 40 bytes. */
export const REQUEST_BUFFER = MAX_BITMAP + 48;

/** Refusals that asking again hardly cures. Source: AWS IoT developer guide, errors of the Streams service. */
const finals: readonly string[] = Object.freeze([
  "InvalidRequest",
  "Unauthorized",
  "BlockSizeOutOfBounds",
  "OffsetOutOfBounds",
  "BlockCountLimitExceeded",
  "BlockBitmapLimitExceeded",
  "ResourceNotFound",
  "VersionMismatch",
  "ETagMismatch",
]);

interface Open {
  readonly file: JobFile;
  readonly sink: BlockSink;
  readonly getTopic: string;
  readonly dataTopic: string;
  readonly rejectedTopic: string;
}

/** Blocks by AWS IoT Streams over MQTT. */
export class MqttSource implements BlockSource {
  readonly protocol = "MQTT";
  readonly #mqtt: MqttClient;
  readonly #thing: string;
  readonly #stream: string;
  readonly #blockSize: number;
  readonly #codec: StreamCodec;
  #open: Open | undefined;

  constructor(
    mqtt: MqttClient,
    thing: string,
    stream: string,
    blockSize: number,
    codec: StreamCodec,
  ) {
    this.#codec = codec;
    this.#mqtt = mqtt;
    this.#thing = thing;
    this.#stream = stream;
    this.#blockSize = blockSize;
  }

  open(file: JobFile, sink: BlockSink): void {
    const { encoding } = this.#codec;
    const open = {
      file,
      sink,
      getTopic: getStreamTopic(this.#thing, this.#stream, encoding),
      dataTopic: streamDataTopic(this.#thing, this.#stream, encoding),
      rejectedTopic: streamRejectedTopic(this.#thing, this.#stream, encoding),
    };
    this.#mqtt.subscribe(open.dataTopic, 0);
    this.#mqtt.subscribe(open.rejectedTopic, 0);
    this.#open = open;
  }

  /** Nothing of a later document concerns a stream. */
  renew(): void {
    return;
  }

  request(bitmap: BlockBitmap, most: number, from: number): number {
    const open = this.#open;
    const first = bitmap.firstWanted(from);
    if (open === undefined || first === undefined) return 0;
    const offset = first & ~7;
    const bits = bitsFrom(bitmap, first);
    const limit = Math.max(1, Math.floor(MAX_BYTES_PER_REQUEST / this.#blockSize));
    const shown = offset + bits.length * 8 - first;
    const blockCount = bitmap.wantedIn(first, shown, Math.min(most, limit));
    const request = this.#codec.formatGet({
      fileId: open.file.fileId,
      blockSize: this.#blockSize,
      blockOffset: offset,
      bitmap: bits,
      blockCount,
    });
    this.#mqtt.publish(open.getTopic, request, 0);
    return blockCount;
  }

  onMessage(topic: string, payload: Uint8Array): boolean {
    const open = this.#open;
    if (open === undefined) return false;
    if (topic === open.dataTopic) this.#receive(open, payload);
    else if (topic === open.rejectedTopic) this.#reject(open, payload);
    else return false;
    return true;
  }

  #receive({ file, sink }: Open, payload: Uint8Array): void {
    let block: StreamBlock;
    try {
      block = this.#codec.readBlock(payload);
    } catch (error) {
      if (!(error instanceof OtaError)) throw error;
      sink.onFault(error, false);
      return;
    }
    const { fileId, blockSize, blockIndex, bytes } = block;
    if (fileId !== file.fileId || (blockSize ?? bytes.length) !== bytes.length) {
      const what = `block ${blockIndex} is of file ${fileId}, ${bytes.length} bytes`;
      sink.onFault(new OtaError("block-malformed", what), false);
    } else sink.onBlock(blockIndex, bytes);
  }

  #reject({ sink }: Open, payload: Uint8Array): void {
    try {
      const { code, message } = this.#codec.readRejection(payload);
      sink.onFault(new OtaError("stream-rejected", `${code} ${message}`), finals.includes(code));
    } catch (error) {
      if (!(error instanceof OtaError)) throw error;
      sink.onFault(error, false);
    }
  }

  close(unsubscribe: boolean): void {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined && unsubscribe && this.#mqtt.connected) {
      this.#mqtt.unsubscribe(open.dataTopic, 1);
      this.#mqtt.unsubscribe(open.rejectedTopic, 1);
    }
  }
}
Object.freeze(MqttSource.prototype);

/** What a request shows of a bitmap: whole bytes, and no block before `first` as wanted. */
function bitsFrom({ bits }: BlockBitmap, first: number): Uint8Array {
  const shown = bits.subarray(first >> 3, (first >> 3) + MAX_BITMAP);
  const [head = 0] = shown;
  const wanted = head & (0xff << (first & 7));
  if (wanted === head) return shown;
  const masked = shown.slice();
  masked[0] = wanted;
  return masked;
}
