/** Who is signed in: the token lives in this tab alone, never in an address, never on disk. */

const KEPT = "mingzhang.token";
/** @type {string | null} */
let kept = null;
try {
  kept = sessionStorage.getItem(KEPT);
} catch {
  // storage is refused in some private windows: the token then lives as long as the page
}

/** @returns {string | null} */
export const token = () => kept;

/** @param {string | null} value */
export function remember(value) {
  kept = value;
  try {
    if (value) sessionStorage.setItem(KEPT, value);
    else sessionStorage.removeItem(KEPT);
  } catch {
    // as above
  }
}
