/** The parts that every page is made of: cards, states, tables with their exports, figures with their twins. */
import { t, count } from "./i18n.js";
import { download, csv } from "./exports.js";
import { html, useState } from "./ui.js";

/** @typedef {import("./graphql.js").QueryError} QueryError */
/** @typedef {{ key: string, label: string, number?: boolean, text: (row: any) => string, cell?: (row: any) => any, raw?: (row: any) => string }} Column
 *  `text` is what is read, `raw` what is exported when that differs (an amount without its sign), `cell` what is drawn. */

/** @param {{ title: string, lead?: any, children?: any }} props */
export const Head = ({ title, lead, children }) => html`
  <div class="head"><div><h1>${title}</h1>${lead && html`<p class="lead">${lead}</p>`}</div>${children}</div>`;

/** @param {{ title?: any, tools?: any, children?: any, tone?: string, id?: string }} props */
export const Card = ({ title, tools, children, tone = "", id }) => html`
  <section class=${`card ${tone}`} id=${id}>
    ${(title || tools) && html`<div class="card-head">${title && html`<h2>${title}</h2>`}${tools}</div>`}
    ${children}
  </section>`;

/** One number with its name. @param {{ label: string, value: any, note?: any }} props */
export const Figure = ({ label, value, note }) => html`
  <div class="figure"><dt>${label}</dt><dd><span class=${String(value).length > 14 ? "big long" : "big"}>${value}</span>${note && html`<small>${note}</small>`}</dd></div>`;

export const Loading = () => html`<div class="state" role="status"><span class="spinner" aria-hidden="true"></span>${t("state.loading")}</div>`;

/** @param {{ title: string, children?: any }} props */
export const Empty = ({ title, children }) => html`<div class="state"><strong>${title}</strong>${children}</div>`;

/** @param {{ error: QueryError, again?: () => void }} props */
export const Failed = ({ error, again }) => html`
  <div class="state failed" role="alert">
    <strong>${error.code === "NETWORK" ? t("state.unreachable") : error.code === "UNAUTHENTICATED" || error.code === "FORBIDDEN" ? t("state.refused") : t("state.failed")}</strong>
    <span>${error.message}</span>
    ${error.errorId && html`<span class="mono">${t("state.errorId", { id: error.errorId })}</span>`}
    ${again && html`<button type="button" onClick=${again}>${t("state.again")}</button>`}
  </div>`;

/** What a question became: its states, or the view of its data. @param {{ of: import("./graphql.js").Answered, children: (data: any) => any }} props */
export function Answer({ of, children }) {
  if (of.error) return html`<${Failed} error=${of.error} again=${of.again} />`;
  if (of.loading && !of.data) return html`<${Loading} />`;
  return of.data ? children(of.data) : null;
}

/** Columns whose cells stay on one line. */
const NARROW = ["date", "effective", "since", "position"];

/**
 * A table that can be exported exactly as it is shown.
 * @param {{ caption: string, columns: Column[], rows: any[], file?: string, context?: Record<string, unknown>, hideCaption?: boolean }} props
 */
export const Table = ({ caption, columns, rows, file, context, hideCaption }) => html`
  <div>
    <div class="scroll" tabindex="0" role="region" aria-label=${caption}>
      <table>
        <caption class=${hideCaption ? "unseen" : ""}>${caption}</caption>
        <thead><tr>${columns.map((column) => html`<th scope="col" class=${column.number ? "number" : ""}>${column.label}</th>`)}</tr></thead>
        <tbody>${rows.map((row) => html`
          <tr>${columns.map((column) => html`<td class=${column.number ? "number" : NARROW.includes(column.key) ? "nowrap" : ""}>${column.cell ? column.cell(row) : column.text(row)}</td>`)}</tr>`)}
        </tbody>
      </table>
    </div>
    ${file && rows.length > 0 && html`<${Exports} ...${{ caption, columns, rows, file, context }} />`}
  </div>`;

/** @param {{ caption: string, columns: Column[], rows: any[], file: string, context?: Record<string, unknown> }} props */
export function Exports({ caption, columns, rows, file, context = {} }) {
  const value = (/** @type {Column} */ column, /** @type {any} */ row) => (column.raw ?? column.text)(row);
  const asCsv = () => download(`${file}.csv`, "text/csv;charset=utf-8", csv(columns.map((c) => c.label), rows.map((row) => columns.map((c) => value(c, row)))));
  const asJson = () => {
    const listed = rows.map((row) => Object.fromEntries(columns.map((column) => [column.key, value(column, row)])));
    download(`${file}.json`, "application/json", `${JSON.stringify({ title: caption, ...context, rows: listed }, null, 2)}\n`);
  };
  return html`
    <div class="exports">
      <span>${t("export.rows", { rows: count(rows.length) })}</span>
      <button type="button" class="quiet" onClick=${asCsv} aria-label=${t("export.csv.of", { what: caption })}>CSV</button>
      <button type="button" class="quiet" onClick=${asJson} aria-label=${t("export.json.of", { what: caption })}>JSON</button>
    </div>`;
}

/** A picture and the table that says the same. @param {{ title: string, note?: any, picture: any, table: any }} props */
export function Twin({ title, note, picture, table }) {
  const [asTable, set] = useState(false);
  const tools = html`
    <button type="button" class="quiet" aria-pressed=${asTable ? "true" : "false"} onClick=${() => set(!asTable)}>
      ${asTable ? t("twin.picture") : t("twin.table")}<span class="unseen"> ${title}</span>
    </button>`;
  return html`<${Card} title=${title} tools=${tools}>${note && html`<p class="note">${note}</p>`}${asTable ? table : picture}<//>`;
}

/** A hash, shortened for the eye and whole for the clipboard. @param {{ value: string, whole?: boolean }} props */
export const Hash = ({ value, whole }) => html`<code class="hash" title=${value}>${whole ? value : `${value.slice(0, 12)}…${value.slice(-6)}`}</code>`;

/** @param {{ text: string }} props */
export function Copy({ text }) {
  const [done, set] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text }); // plain http has no clipboard
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    set(true);
    setTimeout(() => set(false), 2000);
  };
  return html`<button type="button" class="quiet" onClick=${copy}><span aria-live="polite">${done ? t("copy.done") : t("copy.do")}</span></button>`;
}
