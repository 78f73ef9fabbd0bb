/** The officer's page: sign in with a token, record a donation, settle import decisions, approve proposals. */
import { ask, useAnswer } from "../graphql.js";
import { count, name, t } from "../i18n.js";
import { Answer, Card, Head } from "../parts.js";
import { remember, token } from "../session.js";
import { Fragment, html, useState } from "../ui.js";
import { Decisions } from "./decisions.js";
import { Donate } from "./donate.js";
import { Proposals } from "./proposals.js";

/** @param {{ signed: () => void }} props */
export function Page({ signed }) {
  const [, redraw] = useState(0);
  const change = () => {
    redraw(Date.now());
    signed();
  };
  return token() ? html`<${Desk} leave=${() => { remember(null); change(); }} />` : html`<${SignIn} enter=${change} />`;
}

/** @param {{ enter: () => void }} props */
function SignIn({ enter }) {
  const [value, set] = useState("");
  const [refused, refuse] = useState("");
  const [busy, wait] = useState(false);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    wait(true);
    remember(value.trim());
    try {
      await ask("desk");
      enter();
    } catch (error) {
      remember(null);
      refuse(error instanceof Error ? error.message : String(error));
      wait(false);
    }
  };
  return html`
    <${Head} title=${t("signIn.title")} lead=${t("signIn.lead")} />
    <${Card}>
      <form class="form" onSubmit=${submit}>
        <label for="token">${t("signIn.token")}</label>
        <input id="token" type="password" autocomplete="off" spellcheck=${false} required placeholder="mz_…" value=${value} aria-describedby="token-note" aria-invalid=${refused ? "true" : undefined}
          onInput=${(/** @type {any} */ e) => { set(e.target.value); refuse(""); }} />
        <p class="note" id="token-note">${t("signIn.note")}</p>
        ${refused && html`<p class="warning" role="alert">${refused}</p>`}
        <button class="primary" disabled=${busy}>${t("signIn.do")}</button>
      </form>
    <//>`;
}

/** @param {{ leave: () => void }} props */
function Desk({ leave }) {
  const [tab, show] = useState("donate");
  const answer = useAnswer("desk");
  const choice = (/** @type {string} */ key, /** @type {any} */ text) => html`
    <button type="button" role="tab" id=${`tab-${key}`} aria-selected=${tab === key ? "true" : "false"} aria-controls=${`panel-${key}`} tabindex=${tab === key ? 0 : -1} onClick=${() => show(key)}>${text}</button>`;
  const keys = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    const all = ["donate", "decide", "approve"];
    const next = all[(all.indexOf(tab) + (event.key === "ArrowRight" ? 1 : all.length - 1)) % all.length] ?? "donate";
    show(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return html`
    <${Answer} of=${answer}>${(/** @type {any} */ data) => html`<${Fragment}>
      <${Head} title=${t("officer.title")} lead=${name(data.custodies.nodes[0]?.organization)}>
        <button type="button" class="quiet" onClick=${leave}>${t("signIn.leave")}</button><//>
      <div class="tabs" role="tablist" aria-label=${t("officer.title")} onKeyDown=${keys}>
        ${choice("donate", t("donate.title"))}
        ${choice("decide", html`${t("decide.title")} <span class="badge">${count(data.importDecisions?.totalCount ?? 0)}</span>`)}
        ${choice("approve", t("approve.title"))}
      </div>
      <div role="tabpanel" id="panel-donate" aria-labelledby="tab-donate" hidden=${tab !== "donate"}><${Donate} desk=${data} /></div>
      <div role="tabpanel" id="panel-decide" aria-labelledby="tab-decide" hidden=${tab !== "decide"}>${tab === "decide" && html`<${Decisions} desk=${data} changed=${answer.again} />`}</div>
      <div role="tabpanel" id="panel-approve" aria-labelledby="tab-approve" hidden=${tab !== "approve"}>${tab === "approve" && html`<${Proposals} />`}</div>
    <//>`}<//>
    ${answer.error && html`<button type="button" onClick=${leave}>${t("signIn.leave")}</button>`}`;
}
