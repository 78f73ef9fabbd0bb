/** Where one donation went: sentences, a picture and its table, what still rests where, what came back; as of a position. */
import { Flow } from "../charts.js";
import { useAnswer } from "../graphql.js";
import { count, date, name, t, word } from "../i18n.js";
import { accountName, use } from "../labels.js";
import { amount, capitals, decimal, money } from "../money.js";
import { Answer, Card, Copy, Empty, Figure, Head, Table, Twin } from "../parts.js";
import { filter } from "../router.js";
import { html, useMemo, useState } from "../ui.js";

/** @typedef {{ position: string, n: number, kind: string, effective: string, from: any, to: any, units: bigint, amount: any, use: string, returned: boolean }} Step */

/** @param {{ id: string, query: URLSearchParams }} props */
export function Page({ id, query }) {
  const asOf = query.get("asOf");
  const answer = useAnswer("donation", { position: id, asOf: asOf && /^\d{1,19}$/.test(asOf) ? asOf : null });
  return html`<${Answer} of=${answer}>${(/** @type {any} */ data) => data.traceDonation
    ? html`<${Trace} data=${data} id=${id} asOf=${asOf ?? ""} />`
    : html`<${Head} title=${t("trace.title", { position: count(id) })} /><${Card}><${Empty} title=${t("trace.none")}><a href=${`/entries/${id}`}>${t("entry.title", { position: count(id) })}</a><//><//>`}<//>`;
}

/** @param {{ data: any, id: string, asOf: string }} props */
function Trace({ data, id, asOf }) {
  const { traceDonation: trace, entry, head } = data;
  /** @type {Step[]} */
  const steps = useMemo(() => trace.steps.map((/** @type {any} */ step) => ({ ...step, units: BigInt(step.amount.minorUnits), use: use(step) })), [trace]);
  const sum = (/** @type {any[]} */ list) => list.reduce((total, one) => total + BigInt(one.amount.minorUnits), 0n);
  const given = trace.amount;
  const gift = BigInt(given.minorUnits);
  const [resting, spent, returned] = [sum(trace.resting), sum(trace.ends), sum(trace.returned ?? [])];
  const { scale, code } = given.asset;
  const share = (/** @type {bigint} */ part) => t("trace.share", { percent: gift > 0n ? decimal((part * 1000n) / gift, 1) : "0" });
  return html`
    <${Head} title=${t("trace.title", { position: count(id) })} lead=${t("trace.lead", { date: date(entry.effective), organization: name(entry.organization), amount: amount(given) })}>
      <${Copy} text=${location.href} /><//>
    <dl class="figures">
      <${Figure} label=${t("trace.given")} value=${amount(given)} note=${code === "CNY" ? capitals(gift) : ""} />
      <${Figure} label=${t("trace.used")} value=${money(spent, scale, code)} note=${share(spent)} />
      <${Figure} label=${t("trace.rests")} value=${money(resting, scale, code)} note=${share(resting)} />
      ${returned > 0n && html`<${Figure} label=${t("trace.returned")} value=${money(returned, scale, code)} note=${t("trace.returned.note")} />`}
    </dl>
    <${AsOf} asOf=${asOf} position=${trace.asOf} first=${id} size=${head?.size ?? trace.asOf} />
    ${entry.correctedBy && html`<p class="warning">${t("trace.corrected")} <a href=${`/entries/${entry.correctedBy.position}`}>${t("entry.title", { position: count(entry.correctedBy.position) })}</a></p>`}
    <${Sentences} trace=${trace} steps=${steps} />
    <${Picture} steps=${steps} trace=${trace} id=${id} />
    <${Resting} trace=${trace} id=${id} />`;
}

/** @param {{ asOf: string, position: string, first: string, size: string }} props */
function AsOf({ asOf, position, first, size }) {
  const [asked, set] = useState(asOf || position);
  const last = (BigInt(size) > 0n ? BigInt(size) - 1n : 0n).toString();
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    filter({ asOf: /^\d{1,19}$/.test(asked) && asked !== last ? asked : "" });
  };
  return html`
    <form class="filters" onSubmit=${submit}>
      <label>${t("trace.asOf")}<input type="number" min=${first} max=${last} step="1" value=${asked} onInput=${(/** @type {any} */ e) => set(e.target.value)} /></label>
      <button>${t("trace.asOf.do")}</button>
      ${asOf && html`<button type="button" class="quiet" onClick=${() => { set(last); filter({ asOf: "" }); }}>${t("trace.asOf.now")}</button>`}
      <p class="note">${t("trace.asOf.note", { position: count(position) })}</p>
    </form>`;
}

/** @param {{ trace: any, steps: Step[] }} props */
function Sentences({ trace, steps }) {
  const where = (/** @type {any} */ side) => accountName(side.key, side.account);
  const sentence = (/** @type {Step} */ step) => {
    const values = { date: date(step.effective), amount: amount(step.amount), from: where(step.from), to: where(step.to), use: step.use };
    if (step.returned) return t("trace.step.returned", { date: values.date, amount: values.amount, from: values.from, to: values.to });
    if (step.use) return t("trace.step.used", values);
    return t("trace.step", { date: values.date, amount: values.amount, from: values.from, to: values.to });
  };
  return html`
    <${Card} title=${t("trace.path")}>
      ${steps.length === 0 && html`<${Empty} title=${t("trace.untouched")} />`}
      <ol class="path">
        ${steps.map((step) => html`<li class=${step.returned ? "back" : ""}><span>${sentence(step)}</span> <a href=${`/entries/${step.position}`} class="ref">${t("trace.step.entry", { position: count(step.position), kind: word("kind", step.kind) })}</a></li>`)}
        ${trace.resting.map((/** @type {any} */ one) => html`<li class="rest"><span>${t("trace.step.rests", { amount: amount(one.amount), account: accountName(one.key, one.account) })}</span></li>`)}
      </ol>
    <//>`;
}

const MOST_NODES = 24;

/** Nodes and links of the picture: money that comes back gets a place of its own, so that the picture has no circle. @param {Step[]} steps @param {any} trace */
function picture(steps, trace) {
  /** @type {Map<string, { id: string, label: string, value: bigint, asset: any, end: boolean }>} */
  const nodes = new Map();
  /** @type {Map<string, { source: string, target: string, value: bigint, asset: any }>} */
  const links = new Map();
  const reach = (/** @type {string} */ from, /** @type {string} */ to) => {
    const todo = [from];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      if (at === to) return true;
      for (const link of links.values()) if (link.source === at) todo.push(link.target);
    }
    return false;
  };
  const node = (/** @type {string} */ id, /** @type {string} */ label, /** @type {any} */ asset) => {
    if (!nodes.has(id)) nodes.set(id, { id, label, value: 0n, asset, end: false });
    return id;
  };
  const link = (/** @type {string} */ source, /** @type {string} */ target, /** @type {any} */ step) => {
    const key = `${source}→${target}`;
    const found = links.get(key) ?? { source, target, value: 0n, asset: step.amount.asset };
    found.value += BigInt(step.amount.minorUnits);
    links.set(key, found);
  };
  for (const step of steps) {
    const from = node(step.from.key, accountName(step.from.key, step.from.account), step.amount.asset);
    let to = step.to.key;
    if (to === from || reach(to, from)) to = `${to}#back`;
    if (to === from || reach(to, from)) to = `${to}#${step.position}.${step.n}`;
    node(to, accountName(step.to.key, step.to.account), step.amount.asset);
    link(from, to, step);
  }
  for (const one of trace.resting) {
    const from = node(one.key, accountName(one.key, one.account), one.amount.asset);
    const to = node(`${one.key}#rests`, t("trace.rests"), one.amount.asset);
    link(from, to, one);
  }
  return folded([...nodes.values()], [...links.values()]);
}

/** Too many ends are shown as one: "+N others, ¥X"; the table has them all. @param {any[]} nodes @param {any[]} links */
function folded(nodes, links) {
  const into = (/** @type {string} */ id) => links.filter((link) => link.target === id).reduce((sum, link) => sum + link.value, 0n);
  const out = (/** @type {string} */ id) => links.filter((link) => link.source === id).reduce((sum, link) => sum + link.value, 0n);
  for (const node of nodes) {
    const [received, sent] = [into(node.id), out(node.id)];
    node.end = sent === 0n;
    node.value = received > sent ? received : sent;
  }
  const ends = nodes.filter((node) => node.end).sort((a, b) => (a.value < b.value ? 1 : -1));
  const hidden = new Map();
  if (ends.length > MOST_NODES) for (const node of ends.slice(MOST_NODES - 1)) hidden.set(node.id, node);
  const rest = { id: "others", label: "", value: [...hidden.values()].reduce((sum, node) => sum + node.value, 0n), asset: nodes[0]?.asset, end: true };
  rest.label = t("trace.others", { others: count(hidden.size) });
  const shown = (/** @type {any} */ one) => amount({ quantity: "", minorUnits: one.value.toString(), asset: one.asset });
  return {
    nodes: [...nodes.filter((node) => !hidden.has(node.id)), ...(hidden.size ? [rest] : [])].map((node) => ({ ...node, shown: shown(node) })),
    links: links.map((link) => ({ ...link, target: hidden.has(link.target) ? "others" : link.target, shown: shown(link) })),
  };
}

/** @param {{ steps: Step[], trace: any, id: string }} props */
function Picture({ steps, trace, id }) {
  const drawn = useMemo(() => picture(steps, trace), [steps, trace]);
  const label = (/** @type {any} */ side) => accountName(side.key, side.account);
  const table = html`<${Table} caption=${t("trace.flow")} hideCaption file=${`donation-${id}`} context=${{ donation: id, asOf: trace.asOf }} rows=${steps} columns=${[
    { key: "position", label: t("entry.position"), text: (/** @type {Step} */ s) => s.position, cell: (/** @type {Step} */ s) => html`<a href=${`/entries/${s.position}`}>${count(s.position)}</a>` },
    { key: "date", label: t("entry.effective"), text: (/** @type {Step} */ s) => date(s.effective), raw: (/** @type {Step} */ s) => s.effective },
    { key: "kind", label: t("entry.kind"), text: (/** @type {Step} */ s) => word("kind", s.kind) },
    { key: "from", label: t("entry.from"), text: (/** @type {Step} */ s) => label(s.from) },
    { key: "to", label: t("entry.to"), text: (/** @type {Step} */ s) => label(s.to) },
    { key: "use", label: t("entry.use"), text: (/** @type {Step} */ s) => s.use },
    { key: "amount", label: t("entry.amount"), number: true, text: (/** @type {Step} */ s) => amount(s.amount), raw: (/** @type {Step} */ s) => s.amount.quantity },
  ]} />`;
  return html`<${Twin} title=${t("trace.flow")} note=${t("trace.method")} table=${table}
    picture=${drawn.links.length ? html`<${Flow} nodes=${drawn.nodes} links=${drawn.links} title=${t("trace.flow.label", { position: count(id) })} />` : html`<${Empty} title=${t("trace.untouched")} />`} />`;
}

/** @param {{ trace: any, id: string }} props */
const Resting = ({ trace, id }) => html`
  <${Card} title=${t("trace.resting")}>
    ${trace.resting.length === 0 ? html`<${Empty} title=${t("trace.resting.none")} />` : html`<${Table} caption=${t("trace.resting")} hideCaption file=${`donation-${id}-resting`} context=${{ donation: id, asOf: trace.asOf }} rows=${trace.resting} columns=${[
      { key: "account", label: t("account.account"), text: (/** @type {any} */ r) => accountName(r.key, r.account), cell: (/** @type {any} */ r) => html`<a href=${`/accounts/${encodeURIComponent(r.key)}`}>${accountName(r.key, r.account)}</a>` },
      { key: "amount", label: t("entry.amount"), number: true, text: (/** @type {any} */ r) => amount(r.amount), raw: (/** @type {any} */ r) => r.amount.quantity },
    ]} />`}
  <//>`;
