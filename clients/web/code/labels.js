/** Names for what the ledger calls by key: accounts, restrictions, uses. */
import { ask } from "./graphql.js";
import { language, name, t, word } from "./i18n.js";

/** @typedef {{ key: string, class?: string, organization?: any, project?: any, restriction?: any } | null | undefined} AccountLike */

/** @type {Map<string, { name: string, nameEn: string }>} */
const areas = new Map();

/** Learn the names of the purposes that the loaded codelist has; a page that cannot learn them shows codes. */
export async function learnPurposes() {
  for (const area of (await ask("areas")).focusAreas.nodes) areas.set(area.code, area);
}

/** The codelist, for a choice. @returns {[string, string][]} */
export const purposes = () => [...areas].map(([code, area]) => [code, name(area)]);

/** A purpose in words. @param {string} code */
export const purpose = (code) => (code === "undetermined" ? t("account.undetermined") : areas.has(code) ? name(areas.get(code)) : code);

/** An account as people would call it; `key` is an account's, or the class of an outside one. @param {string} key @param {AccountLike} [account] @returns {string} */
export function accountName(key, account) {
  if (key.startsWith("overdrawn/")) return t("account.overdrawn", { account: accountName(key.slice("overdrawn/".length)) });
  const parts = key.split("/");
  if (parts.length === 1 && account && ["fund", ...CUSTODIES].includes(account.class ?? "")) return opened(key, account);
  const [kind = "", who = "", channel = ""] = ((parts[0] === "outside" ? parts[2] : parts[0]) ?? "").split(":");
  if (kind === "donors") return t("account.donors", { who: word("donor", who), channel: word("channel", channel) });
  if (kind === "payers") return word("payer", who);
  return word("outside", kind) === kind ? key : word("outside", kind);
}

const CUSTODIES = ["bank", "platform", "cash", "warehouse"];

/** @param {string} key @param {NonNullable<AccountLike>} account */
function opened(key, account) {
  if (account.class !== "fund") return `${word("class", account.class)} ${key}`;
  if (account.project) return name(account.project);
  const purposes = account.restriction?.purposes ?? [];
  if (purposes.length) return list(purposes.map(purpose));
  return account.restriction ? key : t("account.unrestricted");
}

/** @param {string[]} words */
export const list = (words) => words.join(language() === "zh" ? "、" : ", ");

/** What money was for. @param {any} posting */
export function use(posting) {
  return list([
    posting.project ? name(posting.project) : "",
    posting.purpose ? purpose(posting.purpose) : "",
    posting.region?.name ?? "",
    posting.category ? word("category", posting.category) : "",
    posting.cost && !posting.purpose ? word("cost", posting.cost) : "",
  ].filter(Boolean));
}

/** The name of a journal, from its origin. @param {string} origin */
export const journalName = (origin) => origin.slice(origin.lastIndexOf("/") + 1);
