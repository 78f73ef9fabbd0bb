/** Recording a donation: one form, one idempotency key, one entry, however often it is sent. */
import { ask } from "../graphql.js";
import { count, date, t, word } from "../i18n.js";
import { accountName } from "../labels.js";
import { amount as shownAmount, capitals, decimal, minor, money } from "../money.js";
import { Card, Copy, Empty, Hash } from "../parts.js";
import { html, useRef, useState } from "../ui.js";
import { uuid7 } from "../uuid.js";

/** Members of the contract's enumerations. */
const DONORS = ["NATURAL", "ENTERPRISE", "INSTITUTION", "ANONYMOUS"];
const CHANNELS = ["PUBLIC_ONLINE", "PUBLIC_OFFLINE", "PRIVATE", "BANK"];
/** The ledger's code of a member. @param {string} member */
const code = (member) => member.toLowerCase().replaceAll("_", "-");
/** Today where the journal's days begin and end. */
const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
const blank = () => ({ id: uuid7(), amount: "", account: "", custody: "", donor: "NATURAL", channel: "BANK", effective: today(), campaign: "" });

/** @param {{ desk: any }} props */
export function Donate({ desk }) {
  const [form, set] = useState(blank);
  const [errors, wrong] = useState(/** @type {Record<string, string>} */ ({}));
  const [receipt, receive] = useState(/** @type {any} */ (null));
  const busy = useRef(false);
  const [sending, send] = useState(false);
  const own = new Set(desk.custodies.nodes.map((/** @type {any} */ one) => one.organizationKey));
  const funds = desk.funds.nodes.filter((/** @type {any} */ one) => own.has(one.organizationKey));
  const custodies = desk.custodies.nodes;
  if (receipt) return html`<${Receipt} receipt=${receipt} again=${() => { receive(null); set(blank()); }} />`;
  if (funds.length === 0 || custodies.length === 0) return html`<${Card}><${Empty} title=${t("donate.noAccounts")} /><//>`;
  const change = (/** @type {string} */ key) => (/** @type {any} */ event) => {
    set({ ...form, [key]: event.target.value });
    if (errors[key]) wrong({ ...errors, [key]: "" });
  };
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy.current) return; // a second click sends nothing; a second sending would change nothing either
    const found = problems(form);
    wrong(found);
    if (Object.keys(found).length) return focusFirst(found);
    busy.current = true;
    send(true);
    try {
      const fund = funds.find((/** @type {any} */ one) => one.key === form.account);
      const payload = (await ask("recordDonation", { input: input(form, fund) })).recordDonation;
      const refused = placed(payload.errors ?? []);
      wrong(refused);
      if (payload.position) receive({ entry: payload, form, fund });
      else focusFirst(refused);
    } catch (error) {
      wrong({ form: error instanceof Error ? `${t("donate.unsure")} ${error.message}` : String(error) });
    }
    busy.current = false;
    send(false);
  };
  const field = (/** @type {string} */ key, /** @type {string} */ label, /** @type {any} */ control, /** @type {any} */ note = null) => html`
    <div class="field"><label for=${`f-${key}`}>${label}</label>${control}
      ${note && html`<p class="note" id=${`n-${key}`}>${note}</p>`}
      ${errors[key] && html`<p class="error" id=${`e-${key}`}>${errors[key]}</p>`}</div>`;
  const attributes = (/** @type {string} */ key) => ({
    id: `f-${key}`, name: key, value: /** @type {any} */ (form)[key], onInput: change(key),
    "aria-invalid": errors[key] ? "true" : undefined, "aria-describedby": errors[key] ? `e-${key}` : `n-${key}`,
  });
  const choose = (/** @type {string} */ key, /** @type {[string, string][]} */ options, /** @type {boolean} */ empty = false) => html`
    <select ...${attributes(key)}>${empty && html`<option value="">${t("donate.choose")}</option>`}
      ${options.map(([value, text]) => html`<option value=${value} selected=${/** @type {any} */ (form)[key] === value}>${text}</option>`)}</select>`;
  const scale = funds.find((/** @type {any} */ one) => one.key === form.account)?.balance.asset.scale ?? 2;
  const said = parsed(form.amount, scale);
  return html`
    <${Card} title=${t("donate.title")}>
      ${errors.form && html`<p class="warning" role="alert">${errors.form}</p>`}
      <form class="form two" onSubmit=${submit} noValidate>
        ${field("amount", t("donate.amount"), html`<input ...${attributes("amount")} inputmode="decimal" autocomplete="off" placeholder="1000.00" />`, said === null ? t("donate.amount.note") : `${money(said, scale)} · ${capitals(said)}`)}
        ${field("effective", t("donate.effective"), html`<input ...${attributes("effective")} type="date" max=${today()} />`)}
        ${field("account", t("donate.account"), choose("account", funds.map((/** @type {any} */ one) => [one.key, label(one)]), true), t("donate.account.note"))}
        ${field("custody", t("donate.custody"), choose("custody", custodies.map((/** @type {any} */ one) => [one.key, label(one)]), true), t("donate.custody.note"))}
        ${field("donor", t("donate.donor"), choose("donor", DONORS.map((one) => [one, word("donor", code(one))])))}
        ${field("channel", t("donate.channel"), choose("channel", CHANNELS.map((one) => [one, word("channel", code(one))])))}
        <div class="wide"><button class="primary" disabled=${sending}>${sending ? t("donate.sending") : t("donate.do")}</button>
          <p class="note">${t("donate.once", { id: form.id })}</p></div>
      </form>
    <//>`;
}

/** @param {any} account */
const label = (account) => {
  const called = accountName(account.key, account);
  return called.includes(account.key) ? called : `${called} (${account.key})`;
};

/** Minor units, or null for what is not an amount. @param {string} text @param {number} scale */
function parsed(text, scale) {
  try {
    const units = minor(text.replaceAll(/[,，\s]/g, ""), scale);
    return units > 0n ? units : null;
  } catch {
    return null;
  }
}

/** What can be said before the server is asked. @param {ReturnType<typeof blank>} form */
function problems(form) {
  /** @type {Record<string, string>} */
  const found = {};
  if (parsed(form.amount, 2) === null) found.amount = t("donate.amount.wrong");
  if (!form.account) found.account = t("donate.missing");
  if (!form.custody) found.custody = t("donate.missing");
  if (!form.effective) found.effective = t("donate.missing");
  return found;
}

/** The mutation's input. @param {ReturnType<typeof blank>} form @param {any} fund */
function input(form, fund) {
  const { scale, key } = fund.balance.asset;
  return {
    id: form.id, organization: fund.organizationKey, effective: form.effective, donor: form.donor, channel: form.channel, custody: form.custody,
    parts: [{ account: form.account, amount: { asset: key, quantity: decimal(/** @type {bigint} */ (parsed(form.amount, scale)), scale) } }],
  };
}

/** The server's noes, each beside the field that it is about. @param {{ code: string, message: string, path: string[] | null }[]} errors */
function placed(errors) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const error of errors) {
    const path = (error.path ?? []).map(String);
    const key = path.includes("amount") || path.includes("quantity") ? "amount" : (["custody", "account", "effective", "donor", "channel"].find((one) => path.includes(one)) ?? "form");
    found[key] = [found[key], error.message].filter(Boolean).join(" ");
  }
  return found;
}

/** @param {Record<string, string>} errors */
function focusFirst(errors) {
  const key = Object.keys(errors).find((one) => one !== "form" && errors[one]);
  requestAnimationFrame(() => document.getElementById(`f-${key}`)?.focus());
}

/** @param {{ receipt: any, again: () => void }} props */
function Receipt({ receipt, again }) {
  const { entry, form, fund } = receipt;
  const units = /** @type {bigint} */ (parsed(form.amount, fund.balance.asset.scale));
  const address = `${location.origin}/donations/${entry.position}`;
  return html`
    <${Card} title=${t("receipt.title")} tone="good">
      <p class="big" role="status">${shownAmount({ minorUnits: units.toString(), asset: fund.balance.asset })}</p>
      <p>${capitals(units)}</p>
      <dl class="facts">
        <div><dt>${t("entry.position")}</dt><dd><a href=${`/entries/${entry.position}`}>${count(entry.position)}</a></dd></div>
        <div><dt>${t("entry.effective")}</dt><dd>${date(form.effective)}</dd></div>
        <div><dt>${t("donate.account")}</dt><dd>${label(fund)}</dd></div>
        <div><dt>${t("entry.hash")}</dt><dd><${Hash} value=${entry.leafHash} /></dd></div>
        <div><dt>${t("receipt.address")}</dt><dd><a href=${`/donations/${entry.position}`}>${address}</a> <${Copy} text=${address} /></dd></div>
      </dl>
      <p class="note">${t("receipt.note")}</p>
      <div class="actions"><button type="button" onClick=${() => print()}>${t("receipt.print")}</button><button type="button" class="primary" onClick=${again}>${t("receipt.again")}</button></div>
    <//>`;
}
