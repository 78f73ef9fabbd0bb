/** An entry for ever: its content, how far it is secured, what is related, and its verification in this browser. */
import { ask, prepare, useAnswer } from "../graphql.js";
import { count, date, moment, name, t, word } from "../i18n.js";
import { accountName, journalName, list, use } from "../labels.js";
import { amount, capitals } from "../money.js";
import { Answer, Card, Copy, Empty, Hash, Head, Table } from "../parts.js";
import { token } from "../session.js";
import { html, useState } from "../ui.js";
import { bytes, checkpointOf, hex, leafHash, native, readNote, rootFrom, verifySignature } from "../verify.js";

prepare();

/** @param {{ id: string }} props */
export function Page({ id }) {
  return html`<${Answer} of=${useAnswer("entry", { position: id, signed: token() !== null })}>${(/** @type {any} */ { entry, head }) =>
    entry ? html`<${Entry} entry=${entry} last=${!head || BigInt(entry.position) + 1n >= BigInt(head.size)} />`
      : html`<${Head} title=${t("entry.title", { position: count(id) })} /><${Card}><${Empty} title=${t("entry.none")}><a href="/">${t("nav.home")}</a><//><//>`}<//>`;
}

/** @param {{ entry: any, last: boolean }} props */
function Entry({ entry, last }) {
  const steps = /** @type {const} */ (["RECORDED", "CHECKPOINTED", "WITNESSED", "AUDITED"]);
  const done = { RECORDED: true, CHECKPOINTED: entry.coveredBy !== null, WITNESSED: entry.witnesses !== null, AUDITED: entry.attestedAt !== null };
  return html`
    <${Head} title=${t("entry.title", { position: count(entry.position) })} lead=${`${word("kind", entry.kind)} · ${name(entry.organization) || entry.organizationKey || t("entry.journals")}`}>
      <ol class="steps" aria-label=${t("entry.state")}>${steps.map((step) => html`<li class=${done[step] ? "done" : ""} aria-current=${step === entry.state ? "step" : undefined}>${word("state", step)}</li>`)}</ol>
    <//>
    <${Card} title=${t("entry.content")}>
      <dl class="facts">
        <div><dt>${t("entry.kind")}</dt><dd>${word("kind", entry.kind)}</dd></div>
        <div><dt>${t("entry.mode")}</dt><dd>${word("mode", entry.mode)}</dd></div>
        <div><dt>${t("entry.effective")}</dt><dd>${date(entry.effective)}</dd></div>
        <div><dt>${t("entry.at")}</dt><dd>${moment(entry.at)}</dd></div>
        ${done.WITNESSED && html`<div><dt>${word("state", "WITNESSED")}</dt><dd>${t("entry.witnessed", { have: count(entry.witnesses), of: count(entry.witnessesOf), need: count(entry.witnessesAsked), size: count(entry.coveredBy) })}</dd></div>`}
        ${done.AUDITED && html`<div><dt>${word("state", "AUDITED")}</dt><dd><a href=${`/entries/${entry.attestedAt}`}>${t("entry.attested", { position: count(entry.attestedAt) })}</a></dd></div>`}
        <div><dt>${t("entry.hash")}</dt><dd><${Hash} value=${entry.leafHash} /> <${Copy} text=${entry.leafHash} /></dd></div>
      </dl>
      ${entry.breachCount > 0 && html`<p class="warning">${t("entry.breaches", { breaches: count(entry.breachCount) })}</p>`}
      ${(entry.breaches ?? []).map((/** @type {any} */ breach) => html`<p class="warning"><code>${breach.code}</code></p>`)}
      <${Postings} entry=${entry} />
    <//>
    <${Verify} entry=${entry} />
    <${Related} entry=${entry} last=${last} />
    ${entry.leaf && html`<${Card} title=${t("entry.leaf")} tools=${html`<${Copy} text=${entry.leaf} />`}><pre class="leaf" tabindex="0">${entry.leaf}</pre><//>`}`;
}

/** @param {{ entry: any }} props */
function Postings({ entry }) {
  const postings = entry.postings.nodes;
  if (postings.length === 0) return html`<p class="note">${t("entry.noPostings")}</p>`;
  const account = (/** @type {any} */ side) => {
    const label = accountName(side.key, side.account);
    return side.key.includes("/") ? label : html`<a href=${`/accounts/${encodeURIComponent(side.key)}`}>${label}</a>`;
  };
  const cny = postings.find((/** @type {any} */ one) => one.amount.asset.key === "CNY/2");
  return html`
    <${Table} caption=${t("entry.postings")} file=${`entry-${entry.position}`} context=${{ position: entry.position, leafHash: entry.leafHash }} rows=${postings} columns=${[
      { key: "book", label: t("entry.book"), text: (/** @type {any} */ p) => word("book", p.book) },
      { key: "from", label: t("entry.from"), text: (/** @type {any} */ p) => accountName(p.from.key, p.from.account), cell: (/** @type {any} */ p) => account(p.from) },
      { key: "to", label: t("entry.to"), text: (/** @type {any} */ p) => accountName(p.to.key, p.to.account), cell: (/** @type {any} */ p) => account(p.to) },
      { key: "use", label: t("entry.use"), text: use },
      { key: "amount", label: t("entry.amount"), number: true, text: (/** @type {any} */ p) => amount(p.amount), raw: (/** @type {any} */ p) => p.amount.quantity },
    ]} />
    ${cny && postings.length <= 2 && html`<p class="note">${t("entry.capitals", { capitals: capitals(cny.amount.minorUnits) })}</p>`}`;
}

/** @param {{ entry: any, last: boolean }} props */
function Related({ entry, last }) {
  const at = (/** @type {any} */ other) => html`<a href=${`/entries/${other.position}`}>${t("entry.title", { position: count(other.position) })}</a>`;
  const rows = [
    entry.kind === "DONATION" && html`<li><a href=${`/donations/${entry.position}`}>${t("entry.trace")}</a></li>`,
    entry.corrects && html`<li>${t("entry.corrects")} ${at(entry.corrects)}</li>`,
    entry.correctedBy && html`<li>${t("entry.correctedBy")} ${at(entry.correctedBy)}</li>`,
    ...(entry.evidence?.nodes ?? []).map((/** @type {any} */ one) => html`<li>${t("entry.evidence", { type: one.mediaType })} <${Hash} value=${one.digest} /></li>`),
    ...(entry.deliveries?.nodes ?? []).map((/** @type {any} */ one) => html`<li>${t("entry.delivery", { persons: count(one.persons), how: list([word("method", one.method), word("confirmation", one.confirmation)]) })}</li>`),
    BigInt(entry.position) > 0n && html`<li>${t("entry.before")} ${at({ position: (BigInt(entry.position) - 1n).toString() })}</li>`,
    !last && html`<li>${t("entry.after")} ${at({ position: (BigInt(entry.position) + 1n).toString() })}</li>`,
  ];
  return html`<${Card} title=${t("entry.related")}><ul class="plain">${rows.filter(Boolean)}</ul><//>`;
}

/** @typedef {{ what: string, ok: boolean | null, detail: any }} Step */

/** Recompute everything from what the server hands out; stops at the first wrong thing. @param {any} entry @param {(step: Step) => void} say */
async function recompute(entry, say) {
  const { inclusionProof: proof, entry: fresh } = await ask("proof", { position: entry.position });
  if (!proof?.checkpoint) throw new Error(t("verify.notYet"));
  const note = readNote(proof.checkpoint);
  const { vkey } = await checkpointOf(journalName(note.origin));
  let hash = bytes(fresh.leafHash);
  if (fresh.leaf) {
    hash = await leafHash(fresh.leaf);
    const same = hex(hash) === entry.leafHash && agrees(JSON.parse(fresh.leaf), entry);
    say({ what: t("verify.leaf"), ok: same, detail: html`${same ? t("verify.leaf.same") : t("verify.leaf.other")} <${Hash} value=${hex(hash)} />` });
    if (!same) return "broken";
  } else say({ what: t("verify.leaf"), ok: null, detail: t("verify.leaf.hidden") });
  const root = await rootFrom(hash, BigInt(entry.position), note.size, proof.hashes.map(bytes));
  const included = hex(root) === hex(note.root);
  say({ what: t("verify.inclusion"), ok: included, detail: t("verify.inclusion.detail", { hashes: count(proof.hashes.length), size: count(note.size) }) });
  if (!included) return "broken";
  const how = await verifySignature(note, vkey);
  say({ what: t("verify.signature"), ok: true, detail: html`${note.origin} · ${how === "native" ? t("verify.native") : t("verify.script")}` });
  return fresh.leaf ? "whole" : "hash";
}

/** Whether what the page shows is what the leaf says: position, kind, day, and every posting. @param {any} leaf @param {any} entry */
function agrees(leaf, entry) {
  const said = [...(leaf.fund ?? []), ...(leaf.custody ?? [])].map((one) => `${one.from.account}>${one.to.account}:${one.amount}:${one.asset}`).sort();
  const shown = entry.postings.nodes.map((/** @type {any} */ one) => `${one.from.key}>${one.to.key}:${one.amount.minorUnits}:${one.amount.asset.key}`).sort();
  const listed = shown.length === said.length || entry.postings.nodes.length === 100 || !entry.postings.nodes.some((/** @type {any} */ one) => one.book === "CUSTODY");
  return String(leaf.seq) === entry.position && leaf.type.toUpperCase() === entry.kind && leaf.effective === entry.effective
    && listed && shown.every((/** @type {string} */ one) => said.includes(one));
}

/** @param {{ entry: any }} props */
function Verify({ entry }) {
  const [steps, set] = useState(/** @type {Step[]} */ ([]));
  const [verdict, decide] = useState(/** @type {string} */ (""));
  const run = async () => {
    set([]);
    decide("running");
    /** @type {Step[]} */
    const said = [];
    const say = (/** @type {Step} */ step) => set([...said.splice(0, said.length, ...said, step) && said]);
    try {
      decide(await recompute(entry, say));
    } catch (error) {
      say({ what: t("verify.stopped"), ok: false, detail: error instanceof Error ? error.message : String(error) });
      decide("undecided");
    }
  };
  return html`
    <${Card} title=${t("verify.title")} tone=${verdict === "whole" || verdict === "hash" ? "good" : verdict === "broken" ? "bad" : ""} id="verify">
      <p class="note">${t("verify.intro")}${native() ? "" : ` ${t("verify.noSubtle")}`}</p>
      <button type="button" class="primary" disabled=${verdict === "running"} onClick=${run}>${verdict === "running" ? t("verify.running") : t("verify.do")}</button>
      <ol class="checks">${steps.map((step) => html`<li class=${step.ok === null ? "" : step.ok ? "ok" : "wrong"}><span aria-hidden="true">${step.ok === null ? "–" : step.ok ? "✓" : "✗"}</span><div><strong>${step.what}</strong> ${step.detail}</div></li>`)}</ol>
      <p class="verdict" role="status">${verdict === "whole" ? t("verify.whole", { position: count(entry.position) }) : verdict === "hash" ? t("verify.hash", { position: count(entry.position) }) : verdict === "broken" ? t("verify.broken") : verdict === "undecided" ? t("verify.undecided") : ""}</p>
    <//>`;
}
