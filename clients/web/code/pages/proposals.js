/** Commands that wait for a second officer: approve with or without a signature, or decline with a reason. */
import { ask, useAnswer } from "../graphql.js";
import { count, t, word } from "../i18n.js";
import { Answer, Card, Empty } from "../parts.js";
import { html, useRef, useState } from "../ui.js";

/** @param {{}} _props */
export function Proposals(_props) {
  const answer = useAnswer("proposals");
  return html`<${Answer} of=${answer}>${(/** @type {any} */ data) => data.proposals.length === 0
    ? html`<${Card}><${Empty} title=${t("approve.none")} /><//>`
    : html`
      <p class="note">${t("approve.lead", { waiting: count(data.proposals.length) })}</p>
      ${data.proposals.map((/** @type {any} */ one) => html`<${Proposal} key=${one.id} proposal=${one} settled=${answer.again} />`)}`}<//>`;
}

/** @param {{ proposal: any, settled: () => void }} props */
function Proposal({ proposal, settled }) {
  const busy = useRef(false);
  const [form, set] = useState({ signature: "", reason: "" });
  const [wrong, say] = useState("");
  const [sending, send] = useState(false);
  const key = `p${proposal.id}`;
  const change = (/** @type {"signature" | "reason"} */ name) => (/** @type {any} */ event) => set({ ...form, [name]: event.target.value });
  const decide = async (/** @type {"approveProposal" | "declineProposal"} */ name, /** @type {Record<string, string>} */ more) => {
    if (busy.current) return;
    busy.current = true;
    send(true);
    try {
      const payload = (await ask(name, { input: { proposal: proposal.id, ...more } }))[name];
      const no = (payload.errors ?? []).map((/** @type {any} */ error) => error.message).join(" ");
      say(no);
      if (!no) settled();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
    }
    busy.current = false;
    send(false);
  };
  const approve = (/** @type {Event} */ event) => {
    event.preventDefault();
    const signature = form.signature.trim();
    decide("approveProposal", signature ? { signature } : {});
  };
  const decline = () => form.reason.trim() ? decide("declineProposal", { reason: form.reason.trim() }) : say(t("approve.missing"));
  const moves = [...(proposal.command.fund ?? []), ...(proposal.command.custody ?? [])];
  return html`
    <${Card} title=${word("kind", proposal.kind)}>
      <dl class="facts">
        <div><dt>${t("approve.initiator")}</dt><dd>${proposal.initiator}</dd></div>
        <div><dt>${t("approve.expires")}</dt><dd>${proposal.expires}</dd></div>
        <div><dt>${t("approve.digest")}</dt><dd><code>${proposal.digest}</code></dd></div>
      </dl>
      <ul>${moves.map((/** @type {any} */ one) => html`<li><code>${one.from} → ${one.to}</code> ${one.amount}</li>`)}</ul>
      <details><summary>${t("approve.command")}</summary><pre>${JSON.stringify(proposal, null, 1)}</pre></details>
      <form class="form two" onSubmit=${approve}>
        <div class="field"><label for=${`${key}-signature`}>${t("approve.signature")}</label>
          <input id=${`${key}-signature`} value=${form.signature} onInput=${change("signature")} autocomplete="off" spellcheck=${false} /></div>
        <div class="field"><label for=${`${key}-reason`}>${t("approve.reason")}</label>
          <input id=${`${key}-reason`} value=${form.reason} onInput=${change("reason")} /></div>
        ${wrong && html`<p class="error wide" role="alert">${wrong}</p>`}
        <div class="wide"><button class="primary" disabled=${sending}>${t("approve.do")}</button>
          <button type="button" class="quiet" disabled=${sending} onClick=${decline}>${t("approve.decline")}</button></div>
      </form>
    <//>`;
}
