/** Home: where (在哪里扶贫), whom (扶了谁), how much (扶了多少), as of a position of the journal. */
import { Bars, Provinces } from "../charts.js";
import { prepare, useAnswer } from "../graphql.js";
import { count, date, moment, name, t } from "../i18n.js";
import { journalName } from "../labels.js";
import { amount, decimal, goods, money } from "../money.js";
import { Answer, Card, Empty, Figure, Hash, Head, Table, Twin } from "../parts.js";
import { filter, go } from "../router.js";
import { html, useEffect, useMemo, useState } from "../ui.js";
import { checkpointOf, verifySignature } from "../verify.js";

prepare();

/** @typedef {{ region: string, area: string, year: string }} Chosen */
/** @typedef {{ year: string, region: string | null, regionName: string, province: string, provinceName: string, area: string, areaName: string, received: bigint, spent: bigint, refunded: bigint, converted: bigint, acquired: bigint }} Row */
/** @typedef {{ key: string, label: string, received: bigint, spent: bigint }} Group */
/** @typedef {{ year: number, region: string | null, area: string | null, allRegions: boolean, allAreas: boolean, persons: number | null }} Reached */
/** @typedef {{ rows: Row[], other: any[], persons: Reached[], chosen: Chosen, provinceOf: (region: string | null) => string, nameOf: (region: string | null) => string, context: any }} View */

/** Figures are added up in yuan; goods and other currencies are listed by themselves. */
const YUAN = "CNY/2";
const NOWHERE = "-";

/** @param {{ query: URLSearchParams }} props */
export function Page({ query }) {
  const chosen = { region: query.get("region") ?? "", area: query.get("area") ?? "", year: query.get("year") ?? "" };
  return html`
    <${Head} title=${t("home.title")} lead=${t("home.lead")}><${Find} /><//>
    <${Answer} of=${useAnswer("home")}>${(/** @type {any} */ data) => html`<${Disclosure} data=${data} chosen=${chosen} />`}<//>`;
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

/** @param {any} row @returns {Row} */
function read(row) {
  const units = (/** @type {string} */ key) => BigInt(row[key].minorUnits);
  const { region, area } = row;
  const province = region?.province ?? region;
  return {
    year: String(row.year), region: region?.code ?? null, regionName: region ? (region.name ?? region.code) : t("home.where.nowhere"),
    province: province?.code ?? NOWHERE, provinceName: province ? (province.name ?? province.code) : t("home.where.nowhere"),
    area: area?.code ?? NOWHERE, areaName: area ? name({ name: area.name ?? area.code, nameEn: area.nameEn }) : t("home.area.none"),
    received: units("received"), spent: units("spent"), refunded: units("refunded"), converted: units("converted"), acquired: units("acquired"),
  };
}

/** @param {{ data: any, chosen: Chosen }} props */
function Disclosure({ data, chosen }) {
  const { disclosure, checkpoint } = data;
  const all = useMemo(() => /** @type {Row[]} */ (disclosure.rows.filter((/** @type {any} */ row) => row.received.asset.key === YUAN).map(read)), [disclosure, t("brand")]);
  /** @type {Map<string | null, string>} */
  const names = new Map();
  for (const row of all) names.set(row.province, row.provinceName).set(row.region, row.regionName);
  const provinces = new Map(all.map((row) => [row.region, row.province]));
  const context = { filters: chosen, position: disclosure.position, checkpoint: checkpoint && { size: checkpoint.size, root: checkpoint.root } };
  /** @type {View} */
  const view = {
    rows: all.filter((row) => (!chosen.region || row.province === chosen.region) && (!chosen.area || row.area === chosen.area) && (!chosen.year || row.year === chosen.year)),
    other: disclosure.rows.filter((/** @type {any} */ row) => row.received.asset.key !== YUAN),
    persons: disclosure.persons, chosen, context,
    provinceOf: (region) => provinces.get(region) ?? region ?? NOWHERE,
    nameOf: (region) => names.get(region) ?? (region === null || region === NOWHERE ? t("home.where.nowhere") : region),
  };
  const total = grouped(view.rows, () => ["", ""])[0] ?? { received: 0n, spent: 0n };
  const [refunded, converted] = view.rows.reduce(([back, bought], row) => [back + row.refunded, bought + row.converted - row.acquired], [0n, 0n]);
  const whole = !chosen.region && !chosen.area && !chosen.year;
  return html`
    ${all.length > 0 && html`<${Filters} all=${all} view=${view} />`}
    <dl class="figures">
      <${Figure} label=${t("home.received")} value=${money(total.received)} note=${whole ? "" : t("home.received.note")} />
      <${Figure} label=${t("home.spent")} value=${money(total.spent)} />
      ${whole && html`<${Figure} label=${t("home.held")} value=${money(total.received - total.spent - refunded - converted)} note=${heldNote(refunded, converted)} />`}
      <${Figure} label=${t("home.persons")} value=${persons(view, chosen)} note=${t("home.persons.note", { least: count(disclosure.leastCount) })} />
    </dl>
    ${all.length === 0 ? html`<${Card}><${Empty} title=${t("home.empty")}><span>${t("home.empty.text")}</span><//><//>` : html`
    <div class="grid"><div class="stack"><${Where} view=${view} /><${Whom} view=${view} /></div>
      <div class="stack"><${HowMuch} view=${view} /></div></div>`}
    ${view.other.length > 0 && html`<${Goods} view=${view} />`}
    <${Fresh} position=${disclosure.position} at=${disclosure.at} checkpoint=${checkpoint} />
    <${Latest} entries=${[...data.entries.nodes].reverse()} />`;
}

/** What lies between received, spent and held, so that a reader can add them up. @param {bigint} refunded @param {bigint} converted */
const heldNote = (refunded, converted) => [
  refunded !== 0n && t("home.held.refunded", { amount: money(refunded) }),
  converted !== 0n && t("home.held.converted", { amount: money(converted) }),
].filter(Boolean).join(t("home.held.and"));

/** Add rows up by a key. @param {Row[]} rows @param {(row: Row) => [string, string]} by @returns {Group[]} */
function grouped(rows, by) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const row of rows) {
    const [key, label] = by(row);
    const group = groups.get(key) ?? { key, label, received: 0n, spent: 0n };
    group.received += row.received;
    group.spent += row.spent;
    groups.set(key, group);
  }
  return [...groups.values()];
}

const mostFirst = (/** @type {Group} */ a, /** @type {Group} */ b) => (a.spent === b.spent ? 0 : a.spent < b.spent ? 1 : -1);

/**
 * Persons reached under filters.  Counts are never added over regions or focus areas where their total is published, since
 * one person may stand in several; where a part is withheld, the sum is a lower bound and says so.
 * @param {View} view @param {Chosen & { exact?: boolean }} asked `exact` asks for one region, not a province
 */
function persons(view, asked) {
  const found = view.persons.filter((one) =>
    (!asked.year || String(one.year) === asked.year)
    && (asked.region ? !one.allRegions && (asked.exact ? (one.region ?? NOWHERE) : view.provinceOf(one.region)) === asked.region : one.allRegions)
    && (asked.area ? !one.allAreas && (one.area ?? NOWHERE) === asked.area : one.allAreas));
  const sum = found.reduce((total, one) => total + (one.persons ?? 0), 0);
  if (!found.some((one) => one.persons === null)) return count(sum);
  return sum ? t("home.persons.atLeast", { persons: count(sum) }) : t("home.persons.hidden");
}

/** @param {{ all: Row[], view: View }} props */
function Filters({ all, view }) {
  const { chosen } = view;
  const options = (/** @type {(row: Row) => [string, string]} */ by) => [...new Map(all.map(by))].sort((a, b) => a[1].localeCompare(b[1]));
  const select = (/** @type {keyof Chosen} */ key, /** @type {string} */ label, /** @type {[string, string][]} */ list) => html`
    <label>${label}<select value=${chosen[key]} onChange=${(/** @type {any} */ e) => filter({ [key]: e.target.value })}>
      <option value="">${t("home.all")}</option>${list.map(([value, text]) => html`<option value=${value} selected=${chosen[key] === value}>${text}</option>`)}
    </select></label>`;
  return html`
    <div class="filters" role="group" aria-label=${t("home.filters")}>
      ${select("region", t("home.region"), options((row) => [row.province, view.nameOf(row.province)]))}
      ${select("area", t("home.area"), options((row) => [row.area, row.areaName]))}
      ${select("year", t("home.year"), options((row) => [row.year, row.year]))}
      ${(chosen.region || chosen.area || chosen.year) && html`<button type="button" class="quiet" onClick=${() => filter({ region: "", area: "", year: "" })}>${t("home.clear")}</button>`}
    </div>`;
}

/** @param {View} view @param {keyof Chosen} key @param {string} label @param {boolean} [exact] */
const columns = (view, key, label, exact = false) => [
  { key, label, text: (/** @type {Group} */ g) => g.label },
  { key: "received", label: t("home.received"), number: true, text: (/** @type {Group} */ g) => money(g.received), raw: (/** @type {Group} */ g) => decimal(g.received, 2) },
  { key: "spent", label: t("home.spent"), number: true, text: (/** @type {Group} */ g) => money(g.spent), raw: (/** @type {Group} */ g) => decimal(g.spent, 2) },
  { key: "persons", label: t("home.persons"), number: true, text: (/** @type {Group} */ g) => persons(view, { ...view.chosen, [key]: g.key, exact }) },
];

const bar = (/** @type {Group} */ g) => ({ key: g.key, label: g.label, value: g.spent, shown: money(g.spent) });
const nothing = () => html`<${Empty} title=${t("home.nothing")} />`;

/** @param {{ view: View }} props */
function Where({ view }) {
  const { rows, chosen, context } = view;
  const provinces = grouped(rows, (row) => [row.province, view.nameOf(row.province)]).sort(mostFirst);
  const regions = chosen.region ? grouped(rows, (row) => [row.region ?? NOWHERE, row.regionName]).sort(mostFirst) : provinces;
  const table = html`<${Table} caption=${t("home.where")} hideCaption columns=${columns(view, "region", t("home.region"), chosen.region !== "")} rows=${regions} file="where" context=${context} />`;
  const choose = (/** @type {string} */ region) => filter({ region });
  const picture = rows.length === 0 ? nothing() : html`
    <${Provinces} values=${new Map(provinces.map((g) => [g.key.slice(0, 2), bar(g)]))} chosen=${chosen.region} choose=${choose} />
    <${Bars} bars=${regions.slice(0, 8).map(bar)} chosen=${chosen.region} choose=${chosen.region ? undefined : choose} />
    ${regions.length > 8 && html`<p class="note">${t("home.more", { more: count(regions.length - 8) })}</p>`}`;
  return html`<${Twin} title=${t("home.where")} note=${t("home.where.note")} picture=${picture} table=${table} />`;
}

/** @param {{ view: View }} props */
function HowMuch({ view }) {
  const { rows, chosen, context } = view;
  const areas = grouped(rows, (row) => [row.area, row.areaName]).sort(mostFirst);
  const years = grouped(rows, (row) => [row.year, row.year]).sort((a, b) => a.key.localeCompare(b.key));
  const bars = (/** @type {Group[]} */ groups, /** @type {"area" | "year"} */ key) => groups.length
    ? html`<${Bars} bars=${groups.slice(0, 10).map(bar)} chosen=${chosen[key]} choose=${(/** @type {string} */ value) => filter({ [key]: value })} />
      ${groups.length > 10 && html`<p class="note">${t("home.more", { more: count(groups.length - 10) })}</p>`}` : nothing();
  return html`
    <${Twin} title=${t("home.areas")} picture=${bars(areas, "area")}
      table=${html`<${Table} caption=${t("home.areas")} hideCaption columns=${columns(view, "area", t("home.area"))} rows=${areas} file="areas" context=${context} />`} />
    <${Twin} title=${t("home.years")} picture=${bars(years, "year")}
      table=${html`<${Table} caption=${t("home.years")} hideCaption columns=${columns(view, "year", t("home.year"))} rows=${years} file="years" context=${context} />`} />`;
}

/** @param {{ view: View }} props */
function Whom({ view }) {
  const { chosen, context } = view;
  const found = view.persons.filter((one) => !one.allRegions
    && (!chosen.year || String(one.year) === chosen.year) && (!chosen.region || view.provinceOf(one.region) === chosen.region)
    && (chosen.area ? !one.allAreas && (one.area ?? NOWHERE) === chosen.area : one.allAreas));
  const shown = (/** @type {Reached} */ one) => (one.persons === null ? t("home.persons.hidden") : count(one.persons));
  const table = html`<${Table} caption=${t("home.whom")} hideCaption file="whom" context=${context} rows=${found} columns=${[
    { key: "year", label: t("home.year"), text: (/** @type {Reached} */ one) => String(one.year) },
    { key: "region", label: t("home.region"), text: (/** @type {Reached} */ one) => view.nameOf(one.region) },
    { key: "persons", label: t("home.persons"), number: true, text: shown, raw: (/** @type {Reached} */ one) => (one.persons === null ? "" : String(one.persons)) },
  ]} />`;
  const bars = found.slice(-8).map((one) => ({ key: "", label: `${view.nameOf(one.region)} · ${one.year}`, value: BigInt(one.persons ?? 0), shown: shown(one) }));
  return html`<${Twin} title=${t("home.whom")} note=${t("home.whom.note")} table=${table} picture=${found.length ? html`<${Bars} bars=${bars} />` : html`<${Empty} title=${t("home.whom.empty")} />`} />`;
}

/** Goods, and money that is not yuan. @param {{ view: View }} props */
const Goods = ({ view }) => html`
  <${Card} title=${t("home.goods")}>
    <${Table} caption=${t("home.goods")} hideCaption file="goods" context=${view.context} rows=${view.other} columns=${[
      { key: "year", label: t("home.year"), text: (/** @type {any} */ row) => String(row.year) },
      { key: "region", label: t("home.region"), text: (/** @type {any} */ row) => row.region?.name ?? row.region?.code ?? t("home.where.nowhere") },
      { key: "asset", label: t("home.goods.what"), text: (/** @type {any} */ row) => goods(row.received.asset), raw: (/** @type {any} */ row) => row.received.asset.key },
      { key: "received", label: t("home.received"), number: true, text: (/** @type {any} */ row) => amount(row.received), raw: (/** @type {any} */ row) => decimal(row.received.minorUnits, row.received.asset.scale) },
      { key: "acquired", label: t("home.acquired"), number: true, text: (/** @type {any} */ row) => amount({ ...row.acquired, asset: row.received.asset }), raw: (/** @type {any} */ row) => decimal(row.acquired.minorUnits, row.received.asset.scale) },
      { key: "spent", label: t("home.spent"), number: true, text: (/** @type {any} */ row) => amount({ ...row.spent, asset: row.received.asset }), raw: (/** @type {any} */ row) => decimal(row.spent.minorUnits, row.received.asset.scale) },
    ]} />
  <//>`;

/** The figures' place in the journal, and whether the log signed that head. @param {{ position: string | null, at: string | undefined, checkpoint: any }} props */
function Fresh({ position, at, checkpoint }) {
  const [signed, set] = useState(/** @type {{ ok: boolean, why: string } | null} */ (null));
  const origin = checkpoint ? checkpoint.note.split("\n")[0] : "";
  useEffect(() => {
    if (!origin) return;
    checkpointOf(journalName(origin))
      .then(({ note, vkey }) => verifySignature(note, vkey))
      .then(() => set({ ok: true, why: "" }), (error) => set({ ok: false, why: error.message }));
  }, [checkpoint?.root]);
  const behind = checkpoint && position ? BigInt(position) + 1n - BigInt(checkpoint.size) : 0n;
  return html`
    <${Card} title=${t("fresh.title")} tone=${signed?.ok ? "good" : ""}>
      <dl class="facts">
        <div><dt>${t("fresh.journal")}</dt><dd>${origin || "—"}</dd></div>
        <div><dt>${t("fresh.position")}</dt><dd>${position ? html`<a href=${`/entries/${position}`}>${t("entry.title", { position: count(position) })}</a>` : "—"}</dd></div>
        <div><dt>${t("fresh.at")}</dt><dd>${at ? moment(at) : "—"}</dd></div>
        <div><dt>${t("fresh.checkpoint")}</dt><dd>${checkpoint ? t("fresh.size", { size: count(checkpoint.size) }) : "—"}${behind > 0n ? html` <small>${t("fresh.behind", { entries: count(behind) })}</small>` : null}</dd></div>
        <div><dt>${t("fresh.root")}</dt><dd>${checkpoint ? html`<${Hash} value=${checkpoint.root} />` : "—"}</dd></div>
      </dl>
      <p class="verdict" aria-live="polite">${!origin ? t("journal.none") : signed === null ? t("fresh.checking") : signed.ok ? t("fresh.signed") : t("fresh.unsigned", { why: signed.why })}</p>
    <//>`;
}

/** @param {{ entries: any[] }} props */
const Latest = ({ entries }) => html`
  <${Card} title=${t("home.latest")}>
    ${entries.length === 0 ? html`<${Empty} title=${t("home.latest.empty")} />` : html`<${Table} caption=${t("home.latest")} hideCaption rows=${entries} columns=${[
      { key: "position", label: t("home.latest.trace"), text: (/** @type {any} */ e) => e.position, cell: (/** @type {any} */ e) => html`<a href=${`/donations/${e.position}`}>${t("trace.short", { position: count(e.position) })}</a>` },
      { key: "effective", label: t("entry.effective"), text: (/** @type {any} */ e) => date(e.effective) },
      { key: "organization", label: t("entry.organization"), text: (/** @type {any} */ e) => name(e.organization) },
      { key: "amount", label: t("entry.amount"), number: true, text: (/** @type {any} */ e) => amount(e.postings.nodes[0]?.amount) },
    ]} />`}
  <//>`;
