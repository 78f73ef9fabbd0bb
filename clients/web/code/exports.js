/** Files made of what is shown. */

/** RFC 4180 with a byte order mark, for spreadsheets; text that a spreadsheet would run as a formula is made harmless. @param {string[]} head @param {string[][]} rows */
export function csv(head, rows) {
  return `\ufeff${[head, ...rows].map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

/** @param {string} value */
function field(value) {
  const safe = /^[=+@\t\r]|^-(?![0-9.]+$)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hand a file to the browser. @param {string} name @param {string} type @param {string} content */
export function download(name, type, content) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
