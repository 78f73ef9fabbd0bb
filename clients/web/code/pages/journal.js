/** The journal: its end, its checkpoints, and how to verify it without this page. */
import { prepare, useAnswer } from "../graphql.js";
import { count, date, moment, name, t, word } from "../i18n.js";
import { Answer, Card, Copy, Empty, Figure, Hash, Head, Table } from "../parts.js";
import { html, useEffect, useState } from "../ui.js";
import { checkpointOf, verifySignature } from "../verify.js";
import { journalName } from "../labels.js";

prepare();

export function Page() {
  return html`<${Answer} of=${useAnswer("journal")}>${(/** @type {any} */ data) => html`<${Journal} data=${data} />`}<//>`;
}

/** @param {{ data: any }} props */
function Journal({ data }) {
  const { head, checkpoints, entries } = data;
  const newest = checkpoints.nodes[0];
  const origin = newest ? newest.note.split("\n")[0] : "";
  return html`
    <${Head} title=${t("journal.title")} lead=${t("journal.lead")} />
    <dl class="figures">
      <${Figure} label=${t("journal.size")} value=${count(head?.size ?? 0)} note=${head ? moment(head.at) : ""} />
      <${Figure} label=${t("journal.checkpointed")} value=${count(newest?.size ?? 0)} note=${origin} />
      <${Figure} label=${t("journal.checkpoints")} value=${count(checkpoints.totalCount)} />
    </dl>
    ${newest && html`<${Newest} origin=${origin} />`}
    <${Commands} origin=${origin} />
    <${Card} title=${t("journal.list")}>
      ${checkpoints.nodes.length === 0 ? html`<${Empty} title=${t("journal.none")} />` : html`<${Table} caption=${t("journal.list")} hideCaption file="checkpoints" rows=${checkpoints.nodes} columns=${[
        { key: "size", label: t("journal.size"), text: (/** @type {any} */ c) => count(c.size), raw: (/** @type {any} */ c) => c.size },
        { key: "root", label: t("fresh.root"), text: (/** @type {any} */ c) => c.root, cell: (/** @type {any} */ c) => html`<${Hash} value=${c.root} />` },
      ]} />`}
    <//>
    <${Card} title=${t("journal.entries")}>
      <${Table} caption=${t("journal.entries")} hideCaption rows=${[...entries.nodes].reverse()} columns=${[
        { key: "position", label: t("entry.position"), text: (/** @type {any} */ e) => e.position, cell: (/** @type {any} */ e) => html`<a href=${`/entries/${e.position}`}>${count(e.position)}</a>` },
        { key: "kind", label: t("entry.kind"), text: (/** @type {any} */ e) => word("kind", e.kind) },
        { key: "effective", label: t("entry.effective"), text: (/** @type {any} */ e) => date(e.effective) },
        { key: "organization", label: t("entry.organization"), text: (/** @type {any} */ e) => name(e.organization) },
        { key: "state", label: t("entry.state"), text: (/** @type {any} */ e) => word("state", e.state) },
      ]} />
    <//>`;
}

/** @param {{ origin: string }} props */
function Newest({ origin }) {
  const [read, set] = useState(/** @type {{ raw: string, vkey: string, good: boolean, why: string } | null} */ (null));
  useEffect(() => {
    checkpointOf(journalName(origin)).then(async ({ note, raw, vkey }) => {
      try {
        await verifySignature(note, vkey);
        set({ raw, vkey, good: true, why: "" });
      } catch (error) {
        set({ raw, vkey, good: false, why: error instanceof Error ? error.message : String(error) });
      }
    }, (error) => set({ raw: "", vkey: "", good: false, why: error.message }));
  }, [origin]);
  if (!read) return null;
  return html`
    <${Card} title=${t("journal.newest")} tone=${read.good ? "good" : "bad"}>
      ${read.raw && html`<pre class="leaf" tabindex="0">${read.raw}</pre><p class="note">${t("journal.key")} <code class="hash">${read.vkey.trim()}</code> <${Copy} text=${read.vkey.trim()} /></p>`}
      <p class="verdict">${read.good ? t("fresh.signed") : t("fresh.unsigned", { why: read.why })}</p>
    <//>`;
}

/** @param {{ origin: string }} props */
function Commands({ origin }) {
  const here = location.origin;
  const journal = origin ? journalName(origin) : "main";
  const commands = [
    [t("journal.do.install"), "python -m pip install --require-hashes -r requirements.lock"],
    [t("journal.do.verify"), `mingzhang-audit verify ${here}/journals/${journal} --token mz_…`],
    [t("journal.do.bundle"), `mingzhang-audit bundle ${here}/journals/${journal} --token mz_… -o ${journal}.mza`],
    [t("journal.do.offline"), `mingzhang-audit verify ${journal}.mza`],
  ];
  return html`
    <${Card} title=${t("journal.do")}>
      <p class="note">${t("journal.do.note")}</p>
      <ol class="commands">${commands.map(([what, command]) => html`<li><span>${what}</span><div><code>${command}</code> <${Copy} text=${command ?? ""} /></div></li>`)}</ol>
    <//>`;
}
