/**
 * Verification in this browser, from bytes alone: leaf hash, inclusion, signed checkpoint (ledger/SPEC.md, sections 2 and 3).
 *
 * The browser's own cryptography is used where it is there.  A page that came over plain http has no `crypto.subtle`, and
 * some browsers have no Ed25519: then audited JavaScript does the same, and `how` says so.
 */

/** @typedef {{ origin: string, size: bigint, root: Uint8Array, text: string, signatures: { name: string, id: string, bytes: Uint8Array }[] }} Note */

const text = new TextEncoder();

/** @param {string} hex @returns {Uint8Array} */
export function bytes(hex) {
  if (!/^([0-9a-f]{2})*$/.test(hex)) throw new Error(`not hexadecimal: ${hex.slice(0, 20)}`);
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {Uint8Array} value @returns {string} */
export const hex = (value) => Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} base64 @returns {Uint8Array} */
function decoded(base64) {
  const raw = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  if (btoa(String.fromCharCode(...raw)) !== base64) throw new Error("base64 in another form than the canonical one");
  return raw;
}

/** @param {...Uint8Array} parts @returns {Uint8Array<ArrayBuffer>} */
function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether the browser's own SHA-256 can be used here. */
export const native = () => globalThis.crypto?.subtle !== undefined;

/** @param {...Uint8Array} parts @returns {Promise<Uint8Array>} */
async function sha256(...parts) {
  if (native()) return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
  const { sha256: ours } = await import("../vendor/noble-hashes/sha2.js");
  return ours(joined(...parts));
}

/** SHA-256(0x00 ‖ leaf). @param {string} leaf the canonical text @returns {Promise<Uint8Array>} */
export const leafHash = (leaf) => sha256(Uint8Array.of(0), text.encode(leaf));

/** @param {Uint8Array} left @param {Uint8Array} right */
const node = (left, right) => sha256(Uint8Array.of(1), left, right);

/**
 * The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2); throws when the proof has not exactly the hashes
 * that index and size call for.
 * @param {Uint8Array} leaf @param {bigint} index @param {bigint} size @param {Uint8Array[]} proof @returns {Promise<Uint8Array>}
 */
export async function rootFrom(leaf, index, size, proof) {
  if (index < 0n || index >= size) throw new Error(`position ${index} is not below size ${size}`);
  let [at, last, root] = [index, size - 1n, leaf];
  for (const sibling of proof) {
    if (sibling.length !== 32 || last === 0n) throw new Error("the proof has other hashes than it must have");
    if (at & 1n || at === last) {
      root = await node(sibling, root);
      while (!(at & 1n) && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else root = await node(root, sibling);
    [at, last] = [at >> 1n, last >> 1n];
  }
  if (last !== 0n) throw new Error("the proof has other hashes than it must have");
  return root;
}

/** Read a checkpoint; throws for any other form than the one it would be written in. @param {string} note @returns {Note} */
export function readNote(note) {
  const cut = note.lastIndexOf("\n\n");
  const body = note.slice(0, cut + 1);
  const [origin, size, root, ...rest] = body.split("\n");
  if (cut < 0 || !origin || !size || !root || rest.length !== 1 || rest[0] !== "") throw new Error("not a checkpoint");
  if (!/^(0|[1-9][0-9]*)$/.test(size)) throw new Error("not a size");
  const lines = note.slice(cut + 2).split("\n");
  if (lines.pop() !== "" || lines.length === 0) throw new Error("not signed");
  const signatures = lines.map((line) => {
    const match = /^— ([^ +]+) ([A-Za-z0-9+/]+=*)$/.exec(line);
    if (!match?.[1] || !match[2]) throw new Error("not a signature line");
    const raw = decoded(match[2]);
    return { name: match[1], id: hex(raw.slice(0, 4)), bytes: raw.slice(4) };
  });
  return { origin, size: BigInt(size), root: decoded(root), text: body, signatures };
}

/** A verifier key `name+id+base64(type ‖ key)`; throws when its id is not its own hash. @param {string} vkey */
async function readKey(vkey) {
  const [name, id, ...rest] = vkey.trim().split("+");
  const raw = decoded(rest.join("+"));
  if (!name || !id || raw.length !== 33 || raw[0] !== 1) throw new Error("not an Ed25519 verifier key");
  const hash = await sha256(text.encode(`${name}\n`), raw);
  if (hex(hash.slice(0, 4)) !== id) throw new Error("the key's id is not its own");
  return { name, id, key: raw.slice(1) };
}

/** Whether the log signed this checkpoint, by which means; throws when it did not. @param {Note} note @param {string} vkey @returns {Promise<"native" | "script">} */
export async function verifySignature(note, vkey) {
  const { name, id, key } = await readKey(vkey);
  if (name !== note.origin) throw new Error(`the key is of ${name}, the checkpoint of ${note.origin}`);
  const signature = note.signatures.find((one) => one.name === name && one.id === id);
  if (!signature || signature.bytes.length !== 64) throw new Error("not signed by this key");
  const message = text.encode(note.text);
  const [valid, how] = await ed25519(signature.bytes, message, key);
  if (!valid) throw new Error("the signature is not by this key over these bytes");
  return how;
}

/** @param {Uint8Array} signature @param {Uint8Array} message @param {Uint8Array} key @returns {Promise<[boolean, "native" | "script"]>} */
async function ed25519(signature, message, key) {
  if (native()) {
    let imported = null;
    try {
      imported = await crypto.subtle.importKey("raw", joined(key), "Ed25519", false, ["verify"]);
    } catch {
      // a browser without Ed25519: the script below does it
    }
    if (imported) return [await crypto.subtle.verify("Ed25519", imported, joined(signature), joined(message)), "native"];
  }
  const [noble, { sha512 }] = await Promise.all([import("../vendor/noble-ed25519/index.js"), import("../vendor/noble-hashes/sha2.js")]);
  noble.hashes.sha512 = sha512;
  return [noble.verify(signature, message, key, { zip215: false }), "script"];
}

/** The newest checkpoint and the key of a journal, from the server's own static routes. @param {string} journal */
export async function checkpointOf(journal) {
  const base = `/journals/${encodeURIComponent(journal)}`;
  const [note, vkey] = await Promise.all([plain(`${base}/checkpoint`), plain(`${base}/key`)]);
  return { note: readNote(note), vkey, raw: note };
}

/** @param {string} address @returns {Promise<string>} */
async function plain(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: HTTP ${answer.status}`);
  return answer.text();
}
