/** UUID version 7 (RFC 9562): 48 bits of milliseconds, then chance; they keep the ledger's index of commands small. */

/** @returns {string} */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = BigInt(Date.now());
  for (let at = 5; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 255n);
  bytes[6] = 0x70 | (/** @type {number} */ (bytes[6]) & 0x0f);
  bytes[8] = 0x80 | (/** @type {number} */ (bytes[8]) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
