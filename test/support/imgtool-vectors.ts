// SPDX-License-Identifier: MIT

/*
 * Made by MCUboot's imgtool 2.4.0 (commit 2d4bacc3c15e) from the body "xs-ota golden body":
 *
 *   imgtool sign [--key ec.pem | rsa.pem] --version 1.2.3+4 --header-size 32 --pad-header --slot-size 0x8000 \
 *     --align 4 --security-counter 7 body.bin out.bin
 *
 * and the ends of slots by --pad --confirm, with --align 4, and with --align 16 --max-align 16.
 */
const fromHex = (...lines: readonly string[]): Uint8Array =>
  new Uint8Array(Buffer.from(lines.join(""), "hex"));

const hashed = [
  "3db8f3960000000020000c00120000000000000001020300040000000000000078732d6f746120676f6c64656e20626f64",
  "7908690c00500004000700000007692800",
].join("");
const digest = "10002000fa81b03c38ee334f7e98a872debb696d5e26b284a62ee259e538cc128e3ff89a";
const withTotal = (total: string): string => hashed.slice(0, -4) + total;

/** No key was given. */
export const unsigned = fromHex(hashed, digest);

/** ECDSA P-256. */
export const signedByEc = Object.freeze({
  image: fromHex(
    withTotal("9700"),
    digest,
    "010020005c4d13d2973c37e5a7ca58fd1ceaf5598bb8d196dc361787a3216ddb7b7b07c9",
    "2200470030450220705b59b7197343f62e216257e54ebc44ce1834726e825bcbed3f06aad1d2d225022100a51f1e02773d",
    "76183153bfa7ca22e6f0bde4250acbc2cfc165a9f34dadfe4bea",
  ),
  publicKey: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAET2Nc+NSmO8N+AAG7B39n2Tzfn7lk
HwvtqlxKXW5BFSEqlekHWqpc2UteKdOe8Vy9sCci/NVLtHT+xLfVk1oSEQ==
-----END PUBLIC KEY-----
`,
});

/** RSA-2048 PSS. */
export const signedByRsa = Object.freeze({
  image: fromHex(
    withTotal("5001"),
    digest,
    "01002000b455338ce2bf859e1533fb31f4871dcf604f83d4f662245fdd3c99478643f83d",
    "200000016d894ad974da84b86426297d91d6b5e54f1ca10bc16aa7902d7e670328f78f9f3f82023f247f61ef10416c955d7eaf1e12e4",
    "6e39284f02826b5e29accb1aa2407988c8e08b9df0696f3f613b4f08d88d96c5837111f3210b906cc37b6e53fd87fb20e16e76e62f4b154baec957314a1c226b",
    "b44d2d65da6d42030e7ec6d48bc17d9d6f8a7f96743814447818a4ce059228e1a505d90e0c6e936757b12f442e7da8777f6678f7af4c752c9a21006b364ac002",
    "7f061fdc7e6e90e2c6431eb599d732c01c971bfa52ff72857e546f9277d449c49063a1d7db127647e626eecccf8d032968229e93a199a95e9b17a187e7d4caaa",
    "6cc1b3e840ad8c8270ec152b4500",
  ),
  publicKey: `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvwXkBW8hn5IIMeeKQ71S
7CHl5W4gO6bCM5Jmny9QpkOaGynNMgNOWcs40O5lDfMbtrLeu6okoBHKm812zzHS
/bxSAJDFenivr00Fz5PcxiZN2O2t900p4oG2C9Kvfz2dJhpsFz8OxHzb5lXWGfM4
mBuzmKHw54EDrOD2oWh0u4ljeO56BaBmtGUUVagRhD61kL1YtECeN2cOSftn2g1f
Di045uAxBTEs22JM+ouyt3UiPhlrtgf2qN5vj+Thq9MvyuTdMq5bka2lsHoaRs1O
GTXI15LbbVv40v8VlCsNz4+tj7QyQoHZ4xPQZj2x+l8COZjZ6FaqVy+4XtTGMIjm
/wIDAQAB
-----END PUBLIC KEY-----
`,
});

/** The ends of slots that are to be swapped in for good. */
export const permanentTrailers = Object.freeze([
  {
    writeSize: 4,
    end: fromHex(
      "ffffffffffffffffffffffffffffffffffffffffffffffff01ffffffffffffff",
      "77c295f360d2ef7f3552500f2cb67980",
    ),
  },
  {
    writeSize: 16,
    end: fromHex(
      "ffffffffffffffffffffffffffffffff01ffffffffffffffffffffffffffffff",
      "10002de15d29410b8d77679c110f1f8a",
    ),
  },
]);
