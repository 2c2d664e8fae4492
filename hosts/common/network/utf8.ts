// SPDX-License-Identifier: MIT

const PERCENT = 0x25;

/** The UTF-8 bytes of `text`. @throws URIError for a lone surrogate, which has none. */
export function encodeUtf8(text: string): Uint8Array {
  const escaped = encodeURIComponent(text);
  const bytes = new Uint8Array(escaped.length);
  let length = 0;
  for (let at = 0; at < escaped.length; at++) {
    const code = escaped.charCodeAt(at);
    if (code === PERCENT) {
      bytes[length++] = parseInt(escaped.slice(at + 1, at + 3), 16);
      at += 2;
    } else {
      bytes[length++] = code;
    }
  }
  return bytes.slice(0, length);
}

/** The text of `bytes`. @throws URIError when they are not UTF-8. Source: RFC 3629. */
export function decodeUtf8(bytes: Uint8Array): string {
  let escaped = "";
  for (const byte of bytes) {
    const plain = byte < 0x80 && byte !== PERCENT;
    escaped += plain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return decodeURIComponent(escaped);
}
