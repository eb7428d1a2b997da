const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE64_URL = `${BASE64.slice(0, 62)}-_`;

/** RFC 4648 §4, as certificates stand in x5c: padded. @throws RangeError for any other spelling */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw new RangeError('base64: the length is wrong');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decode(text.slice(0, text.length - padding), BASE64);
}

/** RFC 4648 §5 without padding, as in a JWS. @throws RangeError for any other spelling */
export function decodeBase64Url(text: string): Uint8Array {
  return decode(text, BASE64_URL);
}

/** One spelling for each value: bits that carry nothing must be zero. */
function decode(text: string, alphabet: string): Uint8Array {
  if (text.length % 4 === 1) throw new RangeError('base64: the length is wrong');
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, value, at] = [0, 0, 0];
  for (let index = 0; index < text.length; index++) {
    const digit = alphabet.indexOf(text.charAt(index));
    if (digit < 0) throw new RangeError('base64: not a digit');
    value = ((value << 6) | digit) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (value >> bits) & 0xff;
  }
  if ((value & ((1 << bits) - 1)) !== 0) throw new RangeError('base64: not the canonical spelling');
  return bytes;
}
