/** Imported donations whose earmark could not be read surely: each waits until a person decides, with a reason. */
import { ask, useAnswer } from "../graphql.js";
import { count, t, word } from "../i18n.js";
import { accountName } from "../labels.js";
import { amount } from "../money.js";
import { Answer, Card, Empty } from "../parts.js";
import { html, useRef, useState } from "../ui.js";
import { uuid7 } from "../uuid.js";

/** @param {{ desk: any, changed: () => void }} props */
export function Decisions({ desk, changed }) {
  const answer = useAnswer("decisions");
  return html`<${Answer} of=${answer}>${(/** @type {any} */ data) => {
    const waiting = data.importDecisions.nodes;
    return waiting.length === 0 ? html`<${Card}><${Empty} title=${t("decide.none")} /><//>` : html`
      <p class="note">${t("decide.lead", { waiting: count(data.importDecisions.totalCount) })}</p>
      ${waiting.map((/** @type {any} */ one) => html`<${Decision} key=${one.id} decision=${one} funds=${desk.funds.nodes} settled=${() => { answer.again(); changed(); }} />`)}`;
  }}<//>`;
}

/** What the row said: the amount stands in the heading. @param {any} decision @returns {[string, string][]} */
function content(decision) {
  const { amount: _amount, asset: _asset, row: _row, donorClass, ...rest } = JSON.parse(decision.row?.content ?? "{}");
  const said = { ...rest, ...(donorClass ? { donorClass: word("donor", donorClass) } : {}) };
  return Object.entries(said).filter(([, value]) => value !== "").map(([key, value]) => [word("row", key), typeof value === "string" ? value : JSON.stringify(value)]);
}

/** @param {{ decision: any, funds: any[], settled: () => void }} props */
function Decision({ decision, funds, settled }) {
  const id = useRef(uuid7());
  const busy = useRef(false);
  const [form, set] = useState({ account: "", purposes: "", reason: "" });
  const [wrong, say] = useState("");
  const [sending, send] = useState(false);
  const key = `d${decision.position}`;
  const change = (/** @type {"account" | "purposes" | "reason"} */ name) => (/** @type {any} */ event) => set({ ...form, [name]: event.target.value });
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (busy.current) return;
    if (!form.reason.trim() || !(form.account === "new" ? form.purposes.trim() : form.account)) return say(t("decide.missing"));
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
      ${decision.suggestion && html`<p class="note">${t("decide.suggestion")} <code>${JSON.stringify(decision.suggestion)}</code></p>`}
      <form class="form two" onSubmit=${submit}>
        <div class="field"><label for=${`${key}-account`}>${t("decide.account")}</label>
          <select id=${`${key}-account`} value=${form.account} onChange=${change("account")}>
            <option value="">${t("donate.choose")}</option>
            ${funds.map((one) => html`<option value=${one.key}>${accountName(one.key, one)} (${one.key})</option>`)}
            <option value="new">${t("decide.new")}</option>
          </select></div>
        ${form.account === "new" && html`<div class="field"><label for=${`${key}-purposes`}>${t("decide.purposes")}</label>
          <input id=${`${key}-purposes`} value=${form.purposes} onInput=${change("purposes")} placeholder="education, health" /></div>`}
        <div class="field wide"><label for=${`${key}-reason`}>${t("decide.reason")}</label>
          <input id=${`${key}-reason`} value=${form.reason} onInput=${change("reason")} /></div>
        ${wrong && html`<p class="error wide" role="alert">${wrong}</p>`}
        <div class="wide"><button class="primary" disabled=${sending}>${t("decide.do")}</button></div>
      </form>
    <//>`;
}

/** @param {any} decision @param {{ account: string, purposes: string, reason: string }} form @param {string} id */
function input(decision, form, id) {
  const purposes = form.purposes.split(/[,，、\s]+/).filter(Boolean);
  return {
    id, decision: decision.id, reason: form.reason.trim(),
    ...(form.account === "new" ? { restriction: { purposes } } : { account: form.account }),
  };
}
