/** Names for what the ledger calls by key: accounts, restrictions, uses. */
import { language, name, t, word } from "./i18n.js";

/** @typedef {{ key: string, class?: string, organization?: any, project?: any, restriction?: any } | null | undefined} AccountLike */

/** An account as people would call it. @param {string} key @param {AccountLike} [account] @returns {string} */
export function accountName(key, account) {
  if (key.startsWith("overdrawn/")) return t("account.overdrawn", { account: accountName(key.slice("overdrawn/".length)) });
  const parts = key.split("/");
  if (parts[0] !== "outside") return account ? opened(key, account) : key;
  const [kind = "", who = "", channel = ""] = (parts[2] ?? "").split(":");
  if (kind === "donors") return t("account.donors", { who: word("donor", who), channel: word("channel", channel) });
  if (kind === "payers") return word("payer", who);
  return word("outside", kind);
}

/** @param {string} key @param {NonNullable<AccountLike>} account */
function opened(key, account) {
  const purposes = account.restriction?.purposes ?? [];
  const what = account.project ? name(account.project) : purposes.length ? list(purposes.map((/** @type {string} */ code) => word("purpose", code))) : "";
  const kind = account.class && account.class !== "fund" ? word("class", account.class) : "";
  return [kind, what].filter(Boolean).join(" · ") || key;
}

/** @param {string[]} words */
export const list = (words) => words.join(language() === "zh" ? "、" : ", ");

/** What money was for. @param {any} posting */
export function use(posting) {
  return list([
    posting.project ? name(posting.project) : "",
    posting.purpose ? word("purpose", posting.purpose) : "",
    posting.region?.name ?? "",
    posting.category ? word("category", posting.category) : "",
    posting.cost ? word("cost", posting.cost) : "",
  ].filter(Boolean));
}

/** The name of a journal, from its origin. @param {string} origin */
export const journalName = (origin) => origin.slice(origin.lastIndexOf("/") + 1);
