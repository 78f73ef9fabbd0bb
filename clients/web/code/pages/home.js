/** Home: where (在哪里扶贫), whom (扶了谁), how much (扶了多少), as of a position of the journal. */
import { Bars, Provinces } from "../charts.js";
import { useAnswer } from "../graphql.js";
import { count, date, moment, name, t, word } from "../i18n.js";
import { journalName } from "../labels.js";
import { amount, decimal, money } from "../money.js";
import { Answer, Card, Empty, Figure, Hash, Head, Table, Twin } from "../parts.js";
import { filter, go } from "../router.js";
import { html, useEffect, useMemo, useState } from "../ui.js";
import { checkpointOf, verifySignature } from "../verify.js";

/** @typedef {{ region: any, area: any, year: number, received: bigint, spent: bigint, persons: number | null }} Row */
/** @typedef {{ key: string, label: string, received: bigint, spent: bigint, persons: number, hidden: boolean, province: string }} Group */

/** @param {any} row @returns {Row} */
const read = (row) => ({ ...row, received: BigInt(row.received.minorUnits), spent: BigInt(row.spent.minorUnits) });

/** Add rows up by a key. @param {Row[]} rows @param {(row: Row) => [string, string, string?]} by @returns {Group[]} */
function grouped(rows, by) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const row of rows) {
    const [key, label, province = ""] = by(row);
    const group = groups.get(key) ?? { key, label, received: 0n, spent: 0n, persons: 0, hidden: false, province };
    group.received += row.received;
    group.spent += row.spent;
    group.persons += row.persons ?? 0;
    group.hidden ||= row.persons === null;
    groups.set(key, group);
  }
  return [...groups.values()];
}

const mostFirst = (/** @type {Group} */ a, /** @type {Group} */ b) => (a.spent === b.spent ? 0 : a.spent < b.spent ? 1 : -1);
/** Counts below five are not published; a sum with such a part is a lower bound. @param {Group} group */
const persons = (group) => (group.hidden ? (group.persons ? t("home.persons.atLeast", { persons: count(group.persons) }) : t("home.persons.hidden")) : count(group.persons));

/** @param {{ query: URLSearchParams }} props */
export function Page({ query }) {
  const chosen = { region: query.get("region") ?? "", area: query.get("area") ?? "", year: query.get("year") ?? "" };
  const answer = useAnswer("home");
  return html`
    <${Head} title=${t("home.title")} lead=${t("home.lead")}><${Find} /><//>
    <${Answer} of=${answer}>${(/** @type {any} */ data) => html`<${Disclosure} data=${data} chosen=${chosen} />`}<//>`;
}

function Find() {
  const [asked, set] = useState("");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (/^\d{1,19}$/.test(asked.trim())) go(`/entries/${asked.trim()}`);
  };
  return html`
    <form class="find" role="search" onSubmit=${submit}>
      <label for="find">${t("home.find")}</label>
      <div><input id="find" inputmode="numeric" pattern="\\s*\\d{1,19}\\s*" required placeholder="1024" value=${asked} onInput=${(/** @type {any} */ e) => set(e.target.value)} /><button>${t("home.find.go")}</button></div>
    </form>`;
}

/** @param {{ data: any, chosen: { region: string, area: string, year: string } }} props */
function Disclosure({ data, chosen }) {
  const { disclosure, checkpoint } = data;
  const all = useMemo(() => /** @type {Row[]} */ (disclosure.rows.map(read)), [disclosure]);
  const rows = all.filter((row) =>
    (!chosen.region || provinceOf(row).code === chosen.region) && (!chosen.area || row.area?.code === chosen.area) && (!chosen.year || String(row.year) === chosen.year));
  const total = grouped(rows, () => ["", ""])[0];
  const position = disclosure.position;
  const context = { filters: chosen, position, checkpoint: checkpoint && { size: checkpoint.size, root: checkpoint.root } };
  const nothing = html`<${Empty} title=${t("home.nothing")} />`;
  return html`
    <${Filters} all=${all} chosen=${chosen} />
    <dl class="figures">
      <${Figure} label=${t("home.received")} value=${money(total?.received ?? 0n)} />
      <${Figure} label=${t("home.spent")} value=${money(total?.spent ?? 0n)} />
      <${Figure} label=${t("home.persons")} value=${total ? persons(total) : count(0)} note=${t("home.persons.note")} />
      <${Figure} label=${t("home.entries")} value=${count(position)} note=${t("home.entries.note")} />
    </dl>
    ${all.length === 0 ? html`<${Card}><${Empty} title=${t("home.empty")}><span>${t("home.empty.text")}</span><//><//>` : html`
    <div class="grid">
      <${Where} rows=${rows} chosen=${chosen.region} context=${context} nothing=${nothing} />
      <div class="stack"><${HowMuch} rows=${rows} chosen=${chosen} context=${context} nothing=${nothing} /></div>
    </div>
    <${Whom} rows=${disclosure.groups ?? []} context=${context} />`}
    <${Fresh} position=${position} at=${disclosure.at} checkpoint=${checkpoint} />
    <${Latest} entries=${data.entries?.nodes ?? []} />`;
}

/** The province of a row: itself, or the highest region above. @param {Row} row @returns {{ code: string, name: string }} */
const provinceOf = (row) => row.region?.province ?? row.region ?? { code: "-", name: t("home.where.nowhere") };

/** @param {{ all: Row[], chosen: any }} props */
function Filters({ all, chosen }) {
  const options = (/** @type {(row: Row) => [string, string]} */ by) => {
    const found = new Map(all.map(by));
    return [...found].sort((a, b) => a[1].localeCompare(b[1]));
  };
  const select = (/** @type {string} */ key, /** @type {string} */ label, /** @type {[string, string][]} */ list) => html`
    <label>${label}<select value=${chosen[key]} onChange=${(/** @type {any} */ e) => filter({ [key]: e.target.value })}>
      <option value="">${t("home.all")}</option>${list.map(([value, text]) => html`<option value=${value} selected=${chosen[key] === value}>${text}</option>`)}
    </select></label>`;
  return html`
    <div class="filters" role="group" aria-label=${t("home.filters")}>
      ${select("region", t("home.region"), options((row) => [provinceOf(row).code, provinceOf(row).name]))}
      ${select("area", t("home.area"), options((row) => [row.area?.code ?? "-", areaName(row)]))}
      ${select("year", t("home.year"), options((row) => [String(row.year), String(row.year)]))}
      ${(chosen.region || chosen.area || chosen.year) && html`<button type="button" class="quiet" onClick=${() => filter({ region: "", area: "", year: "" })}>${t("home.clear")}</button>`}
    </div>`;
}

/** @param {Row} row */
const areaName = (row) => (row.area ? name(row.area) : t("home.area.none"));

/** @param {string} first @param {string} label */
const columns = (first, label) => [
  { key: first, label, text: (/** @type {Group} */ g) => g.label },
  { key: "received", label: t("home.received"), number: true, text: (/** @type {Group} */ g) => money(g.received), raw: (/** @type {Group} */ g) => decimal(g.received, 2) },
  { key: "spent", label: t("home.spent"), number: true, text: (/** @type {Group} */ g) => money(g.spent), raw: (/** @type {Group} */ g) => decimal(g.spent, 2) },
  { key: "persons", label: t("home.persons"), number: true, text: persons },
];

/** @param {{ rows: Row[], chosen: string, context: any, nothing: any }} props */
function Where({ rows, chosen, context, nothing }) {
  const groups = grouped(rows, (row) => [provinceOf(row).code, provinceOf(row).name, provinceOf(row).code.slice(0, 2)]).sort(mostFirst);
  const values = new Map(groups.map((g) => [g.province, { key: g.key, label: g.label, value: g.spent, shown: money(g.spent) }]));
  const counties = grouped(rows, (row) => [row.region?.code ?? "-", row.region?.name ?? t("home.where.nowhere")]).sort(mostFirst);
  const table = html`<${Table} caption=${t("home.where")} hideCaption columns=${columns("region", t("home.region"))} rows=${chosen ? counties : groups} file="where" context=${context} />`;
  const choose = (/** @type {string} */ region) => filter({ region });
  const picture = groups.length ? html`<${Provinces} values=${values} chosen=${chosen} choose=${choose} />
    <${Bars} bars=${groups.slice(0, 6).map((g) => ({ key: g.key, label: g.label, value: g.spent, shown: money(g.spent) }))} chosen=${chosen} choose=${choose} />` : nothing;
  return html`<${Twin} title=${t("home.where")} note=${t("home.where.note")} picture=${picture} table=${table} />`;
}

/** @param {{ rows: Row[], chosen: any, context: any, nothing: any }} props */
function HowMuch({ rows, chosen, context, nothing }) {
  const areas = grouped(rows, (row) => [row.area?.code ?? "-", areaName(row)]).sort(mostFirst);
  const years = grouped(rows, (row) => [String(row.year), String(row.year)]).sort((a, b) => a.key.localeCompare(b.key));
  const bars = (/** @type {Group[]} */ groups, /** @type {string} */ key) => groups.length
    ? html`<${Bars} bars=${groups.map((g) => ({ key: g.key, label: g.label, value: g.spent, shown: money(g.spent) }))} chosen=${chosen[key]} choose=${(/** @type {string} */ value) => filter({ [key]: value })} />` : nothing;
  return html`
    <${Twin} title=${t("home.areas")} picture=${bars(areas, "area")}
      table=${html`<${Table} caption=${t("home.areas")} hideCaption columns=${columns("area", t("home.area"))} rows=${areas} file="areas" context=${context} />`} />
    <${Twin} title=${t("home.years")} picture=${bars(years, "year")}
      table=${html`<${Table} caption=${t("home.years")} hideCaption columns=${columns("year", t("home.year"))} rows=${years} file="years" context=${context} />`} />`;
}

/** @param {{ rows: any[], context: any }} props */
function Whom({ rows, context }) {
  const shown = (/** @type {any} */ row) => (row.persons === null ? t("home.persons.hidden") : count(row.persons));
  const table = html`<${Table} caption=${t("home.whom")} hideCaption file="whom" context=${context} rows=${rows} columns=${[
    { key: "category", label: t("home.category"), text: (/** @type {any} */ row) => word("category", row.category) },
    { key: "region", label: t("home.region"), text: (/** @type {any} */ row) => row.region?.name ?? "" },
    { key: "persons", label: t("home.persons"), number: true, text: shown },
  ]} />`;
  const bars = rows.map((row) => ({ key: "", label: [word("category", row.category), row.region?.name].filter(Boolean).join(" · "), value: BigInt(row.persons ?? 0), shown: shown(row) }));
  return html`<${Twin} title=${t("home.whom")} note=${t("home.whom.note")} table=${table} picture=${rows.length ? html`<${Bars} bars=${bars} />` : html`<${Empty} title=${t("home.whom.empty")} />`} />`;
}

/** The figures' place in the journal, and whether the log signed that head. @param {{ position: string, at: string, checkpoint: any }} props */
function Fresh({ position, at, checkpoint }) {
  const [signed, set] = useState(/** @type {{ ok: boolean, why: string, journal: string } | null} */ (null));
  useEffect(() => {
    if (!checkpoint) return;
    const journal = journalName(checkpoint.note.split("\n")[0]);
    checkpointOf(journal)
      .then(async ({ note, vkey }) => verifySignature(note, vkey))
      .then(() => set({ ok: true, why: "", journal }), (error) => set({ ok: false, why: error.message, journal }));
  }, [checkpoint?.root]);
  const behind = checkpoint ? BigInt(position) - BigInt(checkpoint.size) : 0n;
  return html`
    <${Card} title=${t("fresh.title")} tone=${signed?.ok ? "good" : ""}>
      <dl class="facts">
        <div><dt>${t("fresh.journal")}</dt><dd>${checkpoint ? checkpoint.note.split("\n")[0] : "—"}</dd></div>
        <div><dt>${t("fresh.position")}</dt><dd>${count(position)}</dd></div>
        <div><dt>${t("fresh.at")}</dt><dd>${at ? moment(at) : "—"}</dd></div>
        <div><dt>${t("fresh.checkpoint")}</dt><dd>${checkpoint ? count(checkpoint.size) : "—"}${behind > 0n ? html` <small>${t("fresh.behind", { entries: count(behind) })}</small>` : null}</dd></div>
        <div><dt>${t("fresh.root")}</dt><dd>${checkpoint ? html`<${Hash} value=${checkpoint.root} />` : "—"}</dd></div>
      </dl>
      <p class="verdict" aria-live="polite">${signed === null ? t("fresh.checking") : signed.ok ? t("fresh.signed") : t("fresh.unsigned", { why: signed.why })}</p>
    <//>`;
}

/** @param {{ entries: any[] }} props */
const Latest = ({ entries }) => html`
  <${Card} title=${t("home.latest")}>
    ${entries.length === 0 ? html`<${Empty} title=${t("home.latest.empty")} />` : html`<${Table} caption=${t("home.latest")} hideCaption rows=${entries} columns=${[
      { key: "position", label: t("entry.position"), text: (/** @type {any} */ e) => e.position, cell: (/** @type {any} */ e) => html`<a href=${`/donations/${e.position}`}>${count(e.position)}</a>` },
      { key: "effective", label: t("entry.effective"), text: (/** @type {any} */ e) => date(e.effective) },
      { key: "organization", label: t("entry.organization"), text: (/** @type {any} */ e) => name(e.organization) },
      { key: "amount", label: t("entry.amount"), number: true, text: (/** @type {any} */ e) => amount(e.postings.nodes[0]?.amount) },
    ]} />`}
  <//>`;
