/** Amounts: whole minor units as text or BigInt, shown exactly.  No amount is ever a Number. */
import { locale } from "./i18n.js";

/** @typedef {{ minorUnits: string, asset: { code: string, kind: string, scale: number } }} Amount */

/** Minor units as a plain decimal: `-1234567`, 2 → `-12345.67`. @param {string | bigint} minor @param {number} scale @returns {string} */
export function decimal(minor, scale) {
  const units = BigInt(minor);
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? "-" : ""}${whole}${scale ? `.${digits.slice(-scale)}` : ""}`;
}

/** A decimal as minor units; throws `RangeError` for what is not exactly a number of them. @param {string} text @param {number} scale @returns {bigint} */
export function minor(text, scale) {
  const match = /^(-?)(\d{1,16})(?:\.(\d+))?$/.exec(text);
  if (!match || (match[3] ?? "").length > scale) throw new RangeError(text);
  return BigInt(`${match[1]}${match[2]}${(match[3] ?? "").padEnd(scale, "0")}`);
}

/** `true` where `Intl.NumberFormat` takes decimal text exactly (2023 and later). */
const EXACT = new Intl.NumberFormat("en").format(/** @type {any} */ ("9007199254740993")) === "9,007,199,254,740,993";

/** Minor units in a currency as people write it: ¥12,345.67. @param {string | bigint} units @param {number} [scale] @param {string} [currency] @param {string} [tag] */
export function money(units, scale = 2, currency = "CNY", tag = locale()) {
  const form = new Intl.NumberFormat(tag, {
    style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: scale, maximumFractionDigits: scale,
  });
  const text = decimal(units, scale);
  if (EXACT) return form.format(/** @type {any} */ (text));
  const [whole = "0", cents = ""] = text.replace("-", "").split(".");
  const parts = form.formatToParts(0n).map((part) =>
    part.type === "integer" ? new Intl.NumberFormat(tag).format(BigInt(whole)) : part.type === "fraction" ? cents : part.value,
  );
  return `${text.startsWith("-") ? "-" : ""}${parts.join("")}`;
}

/** What goods are called: `GOODS:rice:LOT7` is rice of batch LOT7; a currency is its code. @param {Amount["asset"]} asset */
export const goods = (asset) => asset.code.replace(/^GOODS:/, "").replace(":", " · ");

/** An amount of any asset. @param {Amount | null | undefined} value @returns {string} */
export function amount(value) {
  if (!value) return "";
  const { asset, minorUnits } = value;
  if (asset.kind === "CURRENCY") return money(minorUnits, asset.scale, asset.code);
  return `${new Intl.NumberFormat(locale()).format(/** @type {any} */ (decimal(minorUnits, asset.scale)))} ${goods(asset).split(" · ")[0]}`;
}

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿", "亿亿"];

/**
 * 大写金额: whole fen in the capital numerals of cheques and receipts (支付结算办法, annex 1).
 *
 * 整 follows 元 and 角, never 分; one 零 stands for any run of zeros within the number, and also for a zero 角 before 分.
 * @param {string | bigint} fen @returns {string}
 */
export function capitals(fen) {
  const units = BigInt(fen);
  const size = units < 0n ? -units : units;
  const [yuan, jiao, cent] = [size / 100n, Number((size / 10n) % 10n), Number(size % 10n)];
  let text = yuan ? `${whole(yuan)}元` : "";
  if (jiao) text += `${DIGITS[jiao]}角`;
  else if (cent && yuan) text += "零";
  if (cent) text += `${DIGITS[cent]}分`;
  else text = text ? `${text}整` : "零元整";
  return `${units < 0n ? "负" : ""}人民币${text}`;
}

/** @param {bigint} value greater than 0 @returns {string} */
function whole(value) {
  let text = "";
  let gap = false;
  const digits = value.toString();
  const groups = Math.ceil(digits.length / 4);
  for (let group = groups - 1; group >= 0; group--) {
    const part = digits.slice(Math.max(0, digits.length - 4 * (group + 1)), digits.length - 4 * group).padStart(4, "0");
    [...part].forEach((digit, at) => {
      if (digit === "0") gap = text !== "";
      else {
        text += `${gap ? "零" : ""}${DIGITS[Number(digit)]}${PLACES[3 - at]}`;
        gap = false;
      }
    });
    if (part !== "0000") text += GROUPS[group];
  }
  return text;
}
