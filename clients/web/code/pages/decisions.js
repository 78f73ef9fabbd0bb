/** Imported donations whose earmark could not be read surely: each waits until a person decides, with a reason. */
import { ask, useAnswer } from "../graphql.js";
import { count, t, word } from "../i18n.js";
import { accountName, list, purpose, purposes } from "../labels.js";
import { amount, money } from "../money.js";
import { Answer, Card, Empty } from "../parts.js";
import { html, useRef, useState } from "../ui.js";
import { uuid7 } from "../uuid.js";

/** @param {{ desk: any, changed: () => void }} props */
export function Decisions({ desk, changed }) {
  const answer = useAnswer("decisions");
  const read = (answer.data?.importDecisions.nodes ?? []).flatMap((/** @type {any} */ one) => one.suggestion ?? []);
  /** @type {string[]} */
  const codes = [...new Set(read.map((/** @type {any} */ one) => one?.region?.split("@")[0]))].filter(Boolean).slice(0, 100);
  const regions = useAnswer("regions", codes.length ? { codes } : null);
  return html`<${Answer} of=${answer}>${(/** @type {any} */ data) => {
    const waiting = data.importDecisions.nodes;
    return waiting.length === 0 ? html`<${Card}><${Empty} title=${t("decide.none")} /><//>` : html`
      <p class="note">${t("decide.lead", { waiting: count(data.importDecisions.totalCount) })}</p>
      ${waiting.map((/** @type {any} */ one) => html`<${Decision} key=${one.id} decision=${one} regions=${regions.data?.regions?.nodes ?? []} funds=${desk.funds.nodes} settled=${() => { answer.again(); changed(); }} />`)}`;
  }}<//>`;
}

/** What the row said: the amount stands in the heading. @param {any} decision @returns {[string, string][]} */
function content(decision) {
  const { amount: _amount, asset: _asset, row: _row, donorClass, ...rest } = JSON.parse(decision.row?.content ?? "{}");
  const said = { ...rest, ...(donorClass ? { donorClass: word("donor", donorClass) } : {}) };
  return Object.entries(said).filter(([, value]) => value !== "").map(([key, value]) => [word("row", key), typeof value === "string" ? value : JSON.stringify(value)]);
}

/** @param {{ decision: any, regions: any[], funds: any[], settled: () => void }} props */
function Decision({ decision, regions, funds, settled }) {
  const id = useRef(uuid7());
  const busy = useRef(false);
  const read = (decision.suggestion ?? []).filter((/** @type {any} */ one) => typeof one === "object");
  const [form, set] = useState({ account: "", purpose: read[0]?.purpose ?? "", region: read.length === 1 ? (read[0].region ?? "") : "", reason: "" });
  const [wrong, say] = useState("");
  const [sending, send] = useState(false);
  const key = `d${decision.position}`;
  const change = (/** @type {"account" | "purpose" | "region" | "reason"} */ name) => (/** @type {any} */ event) => set({ ...form, [name]: event.target.value });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy.current) return;
    if (!form.reason.trim() || !(form.account === "new" ? form.purpose || form.region.trim() : form.account)) return say(t("decide.missing"));
    busy.current = true;
    send(true);
    try {
      const payload = (await ask("resolveDecision", { input: input(decision, form, id.current) })).resolveImportDecision;
      const no = (payload.errors ?? []).map((/** @type {any} */ error) => error.message).join(" ");
      say(no);
      if (!no) settled();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
    busy.current = false;
    send(false);
  };
  const posting = decision.entry?.postings?.nodes[0];
  return html`
    <${Card} title=${t("decide.row", { row: count(decision.number), amount: amount(posting?.amount) })} tools=${html`<a href=${`/entries/${decision.position}`}>${t("entry.title", { position: count(decision.position) })}</a>`}>
      <p class="warning">${word("why", decision.reason)}</p>
      <dl class="facts">${content(decision).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      ${read.length > 0 && html`<p class="note">${t("decide.suggestion")} ${list(read.map((/** @type {any} */ one) => said(one, regions)))}</p>`}
      <form class="form two" onSubmit=${submit}>
        <div class="field"><label for=${`${key}-account`}>${t("decide.account")}</label>
          <select id=${`${key}-account`} value=${form.account} onChange=${change("account")}>
            <option value="">${t("donate.choose")}</option>
            ${funds.map((one) => html`<option value=${one.key}>${accountName(one.key, one)} (${one.key})</option>`)}
            <option value="new">${t("decide.new")}</option>
          </select></div>
        ${form.account === "new" && html`
          <div class="field"><label for=${`${key}-purpose`}>${t("decide.purposes")}</label>
            <select id=${`${key}-purpose`} value=${form.purpose} onChange=${change("purpose")}>
              <option value="">${t("decide.none.purpose")}</option>${purposes().map(([code, text]) => html`<option value=${code} selected=${code === form.purpose}>${text}</option>`)}
            </select></div>
          <div class="field"><label for=${`${key}-region`}>${t("decide.region")}</label>
            <input id=${`${key}-region`} value=${form.region} onInput=${change("region")} placeholder="420000@201904" /></div>`}
        <div class="field wide"><label for=${`${key}-reason`}>${t("decide.reason")}</label>
          <input id=${`${key}-reason`} value=${form.reason} onInput=${change("reason")} /></div>
        ${wrong && html`<p class="error wide" role="alert">${wrong}</p>`}
        <div class="wide"><button class="primary" disabled=${sending}>${t("decide.do")}</button></div>
      </form>
    <//>`;
}

/** What was read from the note, in words. @param {any} one @param {any[]} regions */
function said(one, regions) {
  const code = one.region?.split("@")[0];
  return [one.amount ? money(one.amount) : "", one.purpose ? purpose(one.purpose) : "", code ? (regions.find((region) => region.code === code)?.name ?? one.region) : ""].filter(Boolean).join(" · ");
}

/** @param {any} decision @param {{ account: string, purpose: string, region: string, reason: string }} form @param {string} id */
function input(decision, form, id) {
  const { purpose: code, region } = form;
  const terms = { ...(code ? { purposes: [code] } : {}), ...(region.trim() ? { region: region.trim() } : {}) };
  return { id, decision: decision.id, reason: form.reason.trim(), ...(form.account === "new" ? { restriction: terms } : { account: form.account }) };
}
