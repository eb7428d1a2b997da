/** Strict UTF-8 (RFC 3629). @throws RangeError */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at++] ?? 0;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const length = first >= 0xf0 && first < 0xf5 ? 3 : first >= 0xe0 && first < 0xf0 ? 2 : first >= 0xc2 && first < 0xe0 ? 1 : 0;
    if (length === 0) throw new RangeError('UTF-8: no first byte');
    let point = first & (0x3f >> length);
    for (let more = 0; more < length; more++) {
      const byte = bytes[at++] ?? 0;
      if ((byte & 0xc0) !== 0x80) throw new RangeError('UTF-8: a sequence is cut off');
      point = (point << 6) | (byte & 0x3f);
    }
    const isSurrogate = point >= 0xd800 && point < 0xe000;
    if (isSurrogate || point > 0x10ffff || point < (LEAST[length] ?? 0)) throw new RangeError('UTF-8: not a character');
    text += String.fromCodePoint(point);
  }
  return text;
}

/** The least character that needs so many more bytes. */
const LEAST = [0, 0x80, 0x800, 0x10000];
