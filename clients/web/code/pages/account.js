/** An account's statement with running totals, as an auditor reads it. */
import { ask, prepare, useAnswer } from "../graphql.js";
import { count, date, name, t, word } from "../i18n.js";
import { accountName, list, purpose } from "../labels.js";
import { amount } from "../money.js";
import { Answer, Card, Empty, Figure, Head, Table } from "../parts.js";
import { csv, download } from "../exports.js";
import { html, useEffect, useState } from "../ui.js";

prepare();

const PAGE = 100;

/** @param {{ id: string }} props */
export function Page({ id }) {
  return html`<${Answer} of=${useAnswer("account", { key: id, first: PAGE, after: null })}>${(/** @type {any} */ data) => data.account
    ? html`<${Account} account=${data.account} />`
    : html`<${Head} title=${id} /><${Card}><${Empty} title=${t("account.none")}><a href="/officer">${t("nav.signIn")}</a><//><//>`}<//>`;
}

/** @param {{ account: any }} props */
function Account({ account }) {
  const restriction = account.restriction;
  return html`
    <${Head} title=${accountName(account.key, account)} lead=${`${name(account.organization) || account.organizationKey} · ${word("book", account.book)}`} />
    <dl class="figures">
      <${Figure} label=${t("account.balance")} value=${amount(account.balance)} />
      <${Figure} label=${t("account.in")} value=${amount(account.totalIn)} />
      <${Figure} label=${t("account.out")} value=${amount(account.totalOut)} />
    </dl>
    <${Card} title=${t("account.terms")}>
      <dl class="facts">
        <div><dt>${t("account.key")}</dt><dd><code>${account.key}</code></dd></div>
        <div><dt>${t("account.class")}</dt><dd>${word("class", account.class)}</dd></div>
        <div><dt>${t("account.opened")}</dt><dd><a href=${`/entries/${account.position}`}>${t("entry.title", { position: count(account.position) })}</a></dd></div>
        ${account.project && html`<div><dt>${t("account.project")}</dt><dd>${name(account.project)}</dd></div>`}
        ${restriction && html`<div><dt>${t("account.purposes")}</dt><dd>${list(restriction.purposes.map((/** @type {string} */ code) => purpose(code))) || t("account.any")}</dd></div>
        <div><dt>${t("account.region")}</dt><dd>${restriction.region?.name ?? t("account.any")}</dd></div>`}
      </dl>
    <//>
    <${Statement} account=${account} />`;
}

const columns = () => [
  { key: "sequence", label: t("account.sequence"), number: true, text: (/** @type {any} */ l) => l.sequence },
  { key: "date", label: t("entry.effective"), text: (/** @type {any} */ l) => (l.entry ? date(l.entry.effective) : ""), raw: (/** @type {any} */ l) => l.entry?.effective ?? "" },
  { key: "position", label: t("entry.position"), text: (/** @type {any} */ l) => l.position, cell: (/** @type {any} */ l) => html`<a href=${`/entries/${l.position}`}>${count(l.position)}</a>` },
  { key: "kind", label: t("entry.kind"), text: (/** @type {any} */ l) => word("kind", l.entry?.kind) },
  { key: "other", label: t("account.other"), text: (/** @type {any} */ l) => accountName(l.otherKey, l.other) },
  { key: "in", label: t("account.in"), number: true, text: (/** @type {any} */ l) => (l.direction === "IN" ? amount(l.amount) : ""), raw: (/** @type {any} */ l) => (l.direction === "IN" ? l.amount.quantity : "") },
  { key: "out", label: t("account.out"), number: true, text: (/** @type {any} */ l) => (l.direction === "OUT" ? amount(l.amount) : ""), raw: (/** @type {any} */ l) => (l.direction === "OUT" ? l.amount.quantity : "") },
  { key: "totalIn", label: t("account.totalIn"), number: true, text: (/** @type {any} */ l) => amount(l.totalIn), raw: (/** @type {any} */ l) => l.totalIn.quantity },
  { key: "totalOut", label: t("account.totalOut"), number: true, text: (/** @type {any} */ l) => amount(l.totalOut), raw: (/** @type {any} */ l) => l.totalOut.quantity },
  { key: "balance", label: t("account.balance"), number: true, text: (/** @type {any} */ l) => amount(l.balance), raw: (/** @type {any} */ l) => l.balance.quantity },
];

/** @param {{ account: any }} props */
function Statement({ account }) {
  const [lines, set] = useState(account.statement.nodes);
  const [page, turn] = useState(account.statement.pageInfo);
  const [failed, fail] = useState("");
  useEffect(() => {
    set(account.statement.nodes);
    turn(account.statement.pageInfo);
  }, [account]);
  const more = async () => {
    try {
      const next = (await ask("account", { key: account.key, first: PAGE, after: page.endCursor })).account.statement;
      set([...lines, ...next.nodes]);
      turn(next.pageInfo);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  };
  const whole = async () => {
    try {
      download(`statement-${account.key}.csv`, "text/csv;charset=utf-8", await statement(account, lines, page));
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  };
  return html`
    <${Card} title=${t("account.statement")} tools=${html`<button type="button" onClick=${whole}>${t("account.csv")}</button>`}>
      ${failed && html`<p class="warning" role="alert">${failed}</p>`}
      ${lines.length === 0 ? html`<${Empty} title=${t("account.empty")} />` : html`
        <p class="note">${t("account.shown", { shown: count(lines.length), lines: count(account.statement.totalCount) })}</p>
        <${Table} caption=${t("account.statement")} hideCaption rows=${lines} columns=${columns()} />
        ${page.hasNextPage && html`<button type="button" onClick=${more}>${t("account.more")}</button>`}`}
    <//>`;
}

/** The whole statement, page after page. @param {any} account @param {any[]} lines @param {any} page */
async function statement(account, lines, page) {
  const all = [...lines];
  for (let at = page; at.hasNextPage; ) {
    const next = (await ask("account", { key: account.key, first: PAGE, after: at.endCursor })).account.statement;
    all.push(...next.nodes);
    at = next.pageInfo;
  }
  return csv(columns().map((c) => c.label), all.map((line) => columns().map((c) => (c.raw ?? c.text)(line))));
}
