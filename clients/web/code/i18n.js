/**
 * Words in two languages.  Every text on a page is a message of `catalogue/{zh,en}.json`; `t` and `word` are the only
 * ways to say one, always with a literal key (or a literal group), so that a test can see which messages are used.
 */

/** @typedef {"zh" | "en"} Language */

const LOCALES = /** @type {const} */ ({ zh: "zh-CN", en: "en-GB" });
const KEPT = "mingzhang.language";

/** @type {Record<string, string>} */
let messages = {};
/** @type {Language} */
let current = "zh";

/** The language that the address, an earlier choice or the browser asks for. @returns {Language} */
export function wanted() {
  const asked = new URLSearchParams(location.search).get("lang") ?? stored() ?? navigator.language;
  return asked.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** @returns {string | null} */
function stored() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // storage is refused in some private windows: the browser's language serves
  }
}

/** Read a catalogue and speak it from now on. @param {Language} language @param {boolean} [keep] */
export async function speak(language, keep = false) {
  const answer = await fetch(`/catalogue/${language}.json`);
  if (!answer.ok) throw new Error(`catalogue ${language}: HTTP ${answer.status}`);
  messages = await answer.json();
  current = language;
  document.documentElement.lang = LOCALES[language];
  if (keep) {
    try {
      localStorage.setItem(KEPT, language);
    } catch {
      // the choice then lasts for this visit
    }
  }
}

/** @returns {Language} */
export const language = () => current;
/** The BCP 47 tag for `Intl`. @returns {string} */
export const locale = () => LOCALES[current];

/** A message, with `{names}` filled in. @param {string} key @param {Record<string, unknown>} [values] @returns {string} */
export function t(key, values = {}) {
  const text = messages[key];
  if (text === undefined) return `⟦${key}⟧`;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The word for a value of an enumeration, or the value itself where there is none. @param {string} group @param {string | null | undefined} value */
export function word(group, value) {
  return value == null ? "" : (messages[`${group}.${value}`] ?? value);
}

/** What has a Chinese and an English name, by the language that is spoken. @param {{name: string, nameEn?: string | null} | null | undefined} named */
export function name(named) {
  return named ? (current === "en" && named.nameEn) || named.name : "";
}

/** @param {string} at RFC 3339 @returns {string} */
export function moment(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium", timeZone: "Asia/Shanghai" }).format(new Date(at));
}

/** @param {string} day YYYY-MM-DD @returns {string} */
export function date(day) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/** A whole number, grouped, of any size. @param {string | number | bigint} value @returns {string} */
export function count(value) {
  return new Intl.NumberFormat(locale()).format(BigInt(value));
}
