/** Pictures.  Each has a table twin beside it (`Twin` in parts.js); none carries a fact that the table does not. */
import { language, t } from "./i18n.js";
import { html } from "./ui.js";

/** @typedef {{ key: string, label: string, value: bigint, shown: string }} Bar */

/** A share of the largest, in per mille of its width; the quotient alone is a Number. @param {bigint} value @param {bigint} most */
const share = (value, most) => (most > 0n && value > 0n ? Number((value * 1000n) / most) : 0);

/** @param {{ bars: Bar[], chosen?: string, choose?: (key: string) => void }} props */
export function Bars({ bars, chosen = "", choose }) {
  const most = bars.reduce((top, bar) => (bar.value > top ? bar.value : top), 0n);
  return html`
    <ul class="bars">${bars.map((bar) => {
      const inside = html`
        <span class="bar-label">${bar.label}</span><span class="bar-value">${bar.shown}</span>
        <svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
          <rect class="rail" width="1000" height="8" rx="4" /><rect class="fill" width=${Math.max(share(bar.value, most), bar.value > 0n ? 4 : 0)} height="8" rx="4" />
        </svg>`;
      return html`<li>${choose && bar.key
        ? html`<button type="button" class="bar-row" aria-pressed=${chosen === bar.key ? "true" : "false"} onClick=${() => choose(chosen === bar.key ? "" : bar.key)}>${inside}</button>`
        : html`<div class="bar-row">${inside}</div>`}</li>`;
    })}</ul>`;
}

/** The 34 provincial units: code of GB/T 2260, one character, two letters (ISO 3166-2:CN), row and column on the grid. */
const PROVINCES = `23黑HL0,9 22吉JL1,9 15蒙NM2,5 11京BJ2,7 12津TJ2,8 21辽LN2,9 65新XJ3,1 62甘GS3,3 64宁NX3,4 14晋SX3,6 13冀HE3,7 37鲁SD3,8
63青QH4,2 61陕SN4,5 41豫HA4,6 34皖AH4,7 32苏JS4,8 31沪SH4,9 54藏XZ5,1 51川SC5,3 50渝CQ5,4 42鄂HB5,5 36赣JX5,7 33浙ZJ5,8
53云YN6,3 52贵GZ6,4 43湘HN6,5 35闽FJ6,8 71台TW6,9 45桂GX7,5 44粤GD7,6 46琼HI8,5 82澳MO8,6 81港HK8,7`
  .split(/\s+/)
  .map((one) => ({ code: one.slice(0, 2), zh: one.slice(2, 3), en: one.slice(3, 5), row: Number(one.slice(5, 6)), column: Number(one.slice(7)) }));

/**
 * A tile for each province; the darker, the more.
 * @param {{ values: Map<string, Bar>, chosen: string, choose: (key: string) => void }} props `values` by two-digit code
 */
export function Provinces({ values, chosen, choose }) {
  const most = [...values.values()].reduce((top, bar) => (bar.value > top ? bar.value : top), 0n);
  const tiles = PROVINCES.map(({ code, zh, en, row, column }) => {
    const bar = values.get(code);
    const level = bar ? Math.min(4, Math.ceil(share(bar.value, most) / 250)) : 0;
    const place = `r${row} c${column - 1}`;
    const letter = language() === "zh" ? zh : en;
    if (!bar) return html`<span class=${`tile ${place}`} aria-hidden="true">${letter}</span>`;
    return html`
      <button type="button" class=${`tile level${level} ${place}`} title=${`${bar.label} ${bar.shown}`} aria-pressed=${chosen === bar.key ? "true" : "false"}
        onClick=${() => choose(chosen === bar.key ? "" : bar.key)}><span aria-hidden="true">${letter}</span><span class="unseen">${bar.label} ${bar.shown}</span></button>`;
  });
  return html`<div class="tiles" role="group" aria-label=${t("home.where.map")}>${tiles}</div>`;
}
