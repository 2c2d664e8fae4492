// SPDX-License-Identifier: MIT
import TCP from "embedded:io/socket/tcp";
import TLSSocket from "embedded:io/socket/tcp/tls";
import Timer from "timer";
import type { SocketClass, SocketOptions } from "xs-ota/common/network/socket";
import type { SecureSocketClasses } from "xs-ota/common/secure-sockets";
import { RecordGate } from "xs-ota/common/record-gate";

/*
 * The SDK's TLS throws when a handshake fails or a record does not decrypt: inside the callbacks of its TCP socket, and
 * inside a timer of its own when more than one record had come. Either ends the machine. So it is given a TCP socket
 * whose callbacks catch, and never sees the next record before the one at hand was read. Then the connection ends
 * instead, and whoever uses it tries again.
 * Source: Moddable SDK 8.2.3 examples/io/tcp/tlssocket, modules/crypt/ssl/session_419.
 */

/** Where errors go that nobody else can be told. */
export type Report = (error: unknown) => void;

/** What the two halves of a connection share. */
interface Shared {
  readonly report: Report;
  /** Bytes that TLS has decrypted and nobody has read yet. */
  plaintext: number;
  /** Called when the last of them was read. */
  onRead(): void;
}

type TcpOptions = SocketOptions & { readonly shared: Shared };

class GatedTcp extends (TCP as unknown as SocketClass) {
  readonly #options: TcpOptions;
  readonly #gate = new RecordGate();
  /** Received bytes that TLS has not read. */
  #unread = 0;
  #state: "open" | "ended" = "open";

  constructor(options: TcpOptions) {
    super({
      ...options,
      onReadable: count => {
        this.#unread = count;
        this.#deliver();
      },
      onWritable: count => this.#attempt(() => options.onWritable(count)),
    });
    this.#options = options;
    options.shared.onRead = () => Timer.set(() => this.#deliver());
  }

  override read(into: Uint8Array): unknown {
    const result = super.read(into);
    this.#unread -= into.length;
    this.#gate.pass(into);
    return result;
  }

  override close(): void {
    this.#state = "ended";
    super.close();
  }

  /** Lets TLS have its records one by one, until it has decrypted something, or has not read all that it could. */
  #deliver(): void {
    const { shared, onReadable } = this.#options;
    let before = 0;
    while (this.#state === "open" && shared.plaintext === 0 && this.#unread !== before) {
      before = this.#unread;
      this.#attempt(() => onReadable(this.#gate.share(before)));
    }
  }

  #attempt(run: () => void): void {
    if (this.#state === "ended") return;
    try {
      run();
    } catch (error) {
      this.#state = "ended";
      this.#options.shared.report(error);
      this.#options.onError(error);
    }
  }
}
Object.freeze(GatedTcp.prototype);

/** What users of a connection throw is no fault of the connection: it ends the machine, as without TLS. */
function outside(run: () => void): void {
  try {
    run();
  } catch (error) {
    Timer.set(() => {
      throw error;
    });
  }
}

function gatedTls(report: Report): SocketClass {
  return class GatedTls extends (TLSSocket as unknown as SocketClass) {
    readonly #shared: Shared;

    constructor(options: SocketOptions) {
      const shared: Shared = { report, plaintext: 0, onRead: () => undefined };
      // the SDK hands all options on to the TCP socket under it
      const both: TcpOptions = {
        ...options,
        shared,
        onReadable: count => {
          shared.plaintext = count;
          outside(() => options.onReadable(count));
        },
        onWritable: count => outside(() => options.onWritable(count)),
      };
      super(both);
      this.#shared = shared;
    }

    override read(into?: Uint8Array | number): unknown {
      const shared = this.#shared;
      const before = shared.plaintext;
      const size = typeof into === "object" ? into.byteLength : into;
      const wanted = this.format === "number" ? 1 : (size ?? before);
      const result = super.read(into as Uint8Array);
      shared.plaintext -= Math.min(wanted, before);
      if (before > 0 && shared.plaintext === 0) shared.onRead();
      return result;
    }
  };
}

/** TLS over TCP by the SDK, for SecureSockets. What goes wrong in a connection is told to `report`. */
export function secureSocketClasses(report: Report): SecureSocketClasses {
  return { TLSSocket: gatedTls(report), TCP: GatedTcp as unknown as SocketClass };
}
