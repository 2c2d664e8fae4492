// SPDX-License-Identifier: MIT
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { EcmaHttpClient } from "xs-ota/common/http";
import { bytesOf, Client, derOf, secureOf } from "xs-ota/test/support/tls-client";
import type { ClientOptions, TlsHost } from "xs-ota/test/support/tls-client";

/** Servers that must not be trusted, or cannot be used, and what the operator is told. */
const refusals: readonly (readonly [string, string, RegExp])[] = [
  ["a root certificate that the device does not trust", "stranger", /\(CN=server\) is not signed by the root certificate that this device trusts$/],
  ["a certificate for another host", "elsewhere", /\(CN=127\.0\.0\.1\) is not for the server 127\.0\.0\.1$/],
  ["a certificate that names the address nowhere but in its subject", "nameless", /is not for the server 127\.0\.0\.1$/],
  ["a certificate that is for clients", "forClients", /is not for TLS servers$/],
  ["nothing older than TLS 1.3", "tls13", /alert 70, protocol_version: it does not speak TLS 1\.2$/],
  ["no cipher suite that authenticates", "cbc", /alert 40, handshake_failure/],
  ["the alert that it does not know who signed the device's certificate", "unknownCa", /alert 48, unknown_ca: it does not know who signed this device's certificate$/],
  ["no TLS", "noTls", /what the server sends is not TLS 1\.2/],
  ["a closed connection in the handshake", "hangsUp", /closed the connection in the handshake$/],
  ["a message that another record interrupts", "brokenMessage", /a message out of turn/],
  ["a message that no buffer holds", "hugeMessage", /Mbed TLS -0x/],
  ["a closed connection after the handshake", "wordless", /after the handshake, before it sent anything$/],
  ["no listener", "nobody", /cannot be reached$/],
]; // prettier-ignore

const datedRefusals: readonly (readonly [string, string, RegExp])[] = [
  ["a certificate that has expired", "expired", /\(CN=127\.0\.0\.1\) has expired on 2021-02-03$/],
  ["a certificate that is not valid yet", "future", /is not valid yet, if this device's clock is right; it begins on 2043-04-05$/],
]; // prettier-ignore

/** The promises of the module `embedded:io/socket/tcp/tls`, against real servers. */
export function describeTls(name: string, host: TlsHost): void {
  const open = (t: TestContext, server: string, options?: ClientOptions): Client => {
    const client = new Client(host, server, options);
    t.after(() => client.socket.close());
    return client;
  };
  describe(`TLS: ${name}`, () => {
    describeRefusals(host, open);
    describeExchange(open);
    describeEnds(open);
    describeOptions(host, open);
    describeHttps(host);
  });
}

type Open = (t: TestContext, server: string, options?: ClientOptions) => Client;

function describeRefusals(host: TlsHost, open: Open): void {
  const known = host.hasTimeOfDay ? [...refusals, ...datedRefusals] : refusals;
  for (const [what, server, expected] of known) {
    test(`a server that shows ${what} is refused with the reason`, async t => {
      let opened = 0;
      const client = open(t, server, { onOpen: () => opened++ });
      assert.match(await client.failure(), expected);
      assert.match(String(client.error?.message), /^tls: /);
      assert.equal(client.errors, 1);
      assert.equal(opened, server === "wordless" ? 1 : 0, "nothing could be written to it");
    });
  }

  test("a device that trusts another root refuses the right server", async t => {
    const client = open(t, "good", { root: host.vectors.strangerRoot });
    assert.match(
      await client.failure(),
      /is not signed by the root certificate that this device trusts$/,
    );
  });

  test("a device whose certificate the server does not trust is told so", async t => {
    const client = open(t, "choosy");
    assert.match(
      await client.failure(),
      /closed the connection .*: it may not accept this device's certificate$/,
    );
  });

  test("a server that insists on another handshake is refused", async t => {
    const client = open(t, "renegotiates");
    assert.match(await client.failure(), /alert 40/);
  });

  test("a device without a certificate is told that it may need one", async t => {
    const client = open(t, "good", { identity: "none" });
    assert.match(await client.failure(), /alert 40, handshake_failure: .* or wants a certificate$/);
  });
}

function describeExchange(open: Open): void {
  const cases: readonly (readonly [string, string, ClientOptions])[] = [
    ["with a key on P-256", "good", {}],
    ["with an RSA key", "good", { identity: "rsa" }],
    ["with a server that has an RSA key", "rsa", {}],
    ["with a server that would rather speak TLS 1.3", "both", { identity: "none" }],
    ["with a server that is known by a name", "good", { serverName: "device.example" }],
    ["with a server whose messages are split over short records", "split", {}],
    ["when bytes come one by one", "dribble", {}],
  ];
  for (const [what, server, options] of cases) {
    test(`bytes are exchanged ${what}`, async t => {
      const client = open(t, server, options);
      await client.exchange(5);
      await client.exchange(3000);
      assert.equal(client.error, undefined);
    });
  }

  test("100 000 bytes go out and come back whole", async t => {
    await open(t, "good").exchange(100_000);
  });

  test("what is written beyond the room is refused, and nothing of it sent", async t => {
    const client = open(t, "good");
    await client.until(() => client.room > 0);
    assert.throws(() => client.send(new Uint8Array(client.room + 1)), /would block/);
    await client.exchange(20);
  });

  test("unread bytes hold the server back, and none is lost", async t => {
    let held = 3;
    const client = open(t, "flood", {
      onData: ({ count }) => count < 1000 || held-- > 0,
    });
    await client.until(() => client.readable > 0 || held < 0);
    while (client.count < 300_000) {
      if (client.readable > 0) client.take(Math.min(client.readable, 777));
      else await client.until(() => client.readable > 0);
    }
    assert.deepEqual([client.count, client.mismatches], [300_000, 0]);
  });
}

function describeEnds(open: Open): void {
  for (const server of ["farewell", "abrupt"]) {
    test(`what came before the end can be read, and the end is told once (${server})`, async t => {
      const client = open(t, server, { onData: () => false });
      await client.until(() => client.readable > 0);
      assert.equal(client.error, undefined);
      client.take(client.readable);
      assert.match(await client.failure(), /^tls: the server closed the connection$/);
      assert.equal(client.text, "bye");
      assert.equal(client.errors, 1);
    });
  }

  test("a record that was changed on its way ends the connection, and gives no byte", async t => {
    const client = open(t, "changed", { onOpen: self => self.send(bytesOf("hello")) });
    assert.match(await client.failure(), /a record was changed on its way/);
    assert.equal(client.count, 0);
  });

  test("a record that is cut gives no byte", async t => {
    const client = open(t, "truncated", { onOpen: self => self.send(bytesOf("hello")) });
    assert.match(await client.failure(), /closed the connection/);
    assert.equal(client.count, 0);
  });

  const close = ({ socket }: Client): void => socket.close();
  for (const [when, options] of [
    ["when it is open", { onOpen: close }],
    [
      "when bytes have come",
      { onOpen: self => self.send(bytesOf("hello")), onData: self => (close(self), false) },
    ],
  ] as readonly (readonly [string, ClientOptions])[]) {
    test(`a socket can be closed in its callback ${when}, and is silent then`, async t => {
      const client = open(t, "good", options);
      await client.until(() => client.room > 0);
      const next = open(t, "good");
      await next.exchange(20);
      assert.equal(client.errors, 0);
      client.socket.close();
      assert.throws(() => client.send(bytesOf("late")));
    });
  }

  test("a socket can be closed before it is connected, in the handshake, and twice", async t => {
    for (const server of ["good", "dribble", "hangsUp", "nobody"]) open(t, server).socket.close();
    const late = open(t, "dribble");
    await open(t, "good").exchange(20);
    late.socket.close();
    late.socket.close();
    await open(t, "good").exchange(20);
    assert.equal(late.errors, 0);
  });

  test("connections that fail, one after the other, leave nothing behind", async t => {
    for (let i = 0; i < 12; i++) {
      for (const server of ["stranger", "noTls", "tls13", "hangsUp"]) {
        await open(t, server).failure();
      }
    }
    await open(t, "good").exchange(20);
  });
}

function describeOptions(host: TlsHost, open: Open): void {
  const { vectors, TLSSocket, TCP } = host;
  const construct =
    (secure: object, name = "127.0.0.1") =>
    () =>
      new TLSSocket({
        host: name,
        port: 1,
        ...({ TCP: { io: TCP }, secure } as object),
        onReadable: () => undefined,
        onWritable: () => undefined,
        onError: () => undefined,
      });
  const good = secureOf(vectors, {});
  const bad: readonly (readonly [string, object, RegExp])[] = [
    ["a root certificate that does not parse", { certificate: new ArrayBuffer(9) }, /root certificate does not parse/],
    ["a certificate that does not parse", { clientCertificates: [new ArrayBuffer(9)] }, /device's certificate does not parse/],
    ["a key that does not parse", { clientKey: new ArrayBuffer(9) }, /private key does not parse: it must be PKCS #8/],
    ["a key that is not that of the certificate", { clientKey: derOf(vectors.rsa.key) }, /private key is not that of its certificate/],
    ["a certificate without its key", { clientKey: undefined }, /private key is not that of its certificate/],
    ["an empty server name", { serverName: "" }, /server's name is empty/],
    ["a server name that is too long", { serverName: "a".repeat(300) }, /too long/],
  ]; // prettier-ignore
  for (const [what, change, expected] of bad) {
    test(`${what} is told at once`, () => {
      assert.throws(construct({ ...good, ...change }), expected);
    });
  }

  test("the protocol that is asked for is the one that is spoken", async t => {
    const client = open(t, "alpn", { protocol: "x-amzn-mqtt-ca" });
    await client.until(() => client.count > 0);
    assert.equal(client.text, "x-amzn-mqtt-ca");
  });

  test("a server that does not speak the protocol that is asked for refuses", async t => {
    const client = open(t, "alpn", { protocol: "h2" });
    assert.match(await client.failure(), /alert 120, no_application_protocol/);
  });

  test("a name is compared, and not only with the address", async t => {
    const client = open(t, "good", { serverName: "other.example" });
    assert.match(await client.failure(), /\(CN=server\) is not for the server other\.example$/);
  });
}

function describeHttps({ HTTPClient, TLSSocket, TCP, clock, vectors }: TlsHost): void {
  test("an https URL is got, byte for byte", async t => {
    const secure = { certificate: derOf(vectors.root), serverName: "127.0.0.1" };
    const client = new EcmaHttpClient({
      HTTPClient,
      clock,
      socket: { io: TCP },
      secureSocket: () => ({ io: TLSSocket, TCP: { io: TCP }, secure }),
    });
    t.after(() => client.close());
    let count = 0;
    let mismatches = 0;
    await new Promise<void>((resolve, reject) => {
      client.get({
        url: `https://127.0.0.1:${vectors.ports["https"]}/50000`,
        headers: {},
        onHead: ({ status }) => assert.equal(status, 200),
        onBody(bytes) {
          for (const byte of bytes) if (byte !== count++ % 251) mismatches++;
        },
        onDone: error => (error === undefined ? resolve() : reject(error)),
      });
    });
    assert.deepEqual([count, mismatches], [50_000, 0]);
  });
}
