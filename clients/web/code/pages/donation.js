/** Where one donation went: sentences, a picture and its table, what still rests where, what came back; as of a position. */
import { Flow } from "../flow.js";
import { prepare, useAnswer } from "../graphql.js";
import { count, date, name, t, word } from "../i18n.js";
import { accountName, list, purpose, use } from "../labels.js";
import { amount, capitals, decimal } from "../money.js";
import { Answer, Card, Copy, Empty, Figure, Head, Table, Twin } from "../parts.js";
import { filter } from "../router.js";
import { html, useMemo, useState } from "../ui.js";

prepare();

/** @typedef {{ position: string, n: number, kind: string, effective: string, from: string, to: string, fromKey: string, toKey: string, amount: any, use: string, returned: boolean }} Step */
/** @typedef {{ account: string, held: boolean, name: string, amount: any, since: string | null }} Rest */
/** @typedef {{ given: any, asOf: string, steps: Step[], resting: Rest[], used: bigint, back: bigint, returned: bigint }} Model */

/** @param {{ id: string, query: URLSearchParams }} props */
export function Page({ id, query }) {
  const asOf = query.get("asOf");
  const answer = useAnswer("donation", { position: id, asOf: asOf && /^\d{1,19}$/.test(asOf) ? asOf : null });
  /** @type {string[]} */
  const codes = [...new Set((answer.data?.traceDonation?.steps ?? []).map((/** @type {any} */ step) => step.region?.split("@")[0]))].filter(Boolean).slice(0, 100);
  const regions = useAnswer("regions", codes.length ? { codes } : null);
  if (answer.error?.code === "BAD_USER_INPUT") return html`<${None} id=${id} why=${answer.error.message} />`;
  return html`<${Answer} of=${answer}>${(/** @type {any} */ data) => data.traceDonation && data.entry
    ? html`<${Trace} data=${data} regions=${regions.data?.regions?.nodes} id=${id} asOf=${asOf ?? ""} />` : html`<${None} id=${id} />`}<//>`;
}

/** @param {{ id: string, why?: string }} props */
const None = ({ id, why }) => html`<${Head} title=${t("trace.title", { position: count(id) })} /><${Card}><${Empty} title=${t("trace.none")}>${why && html`<span>${why}</span>`}<a href=${`/entries/${id}`}>${t("entry.title", { position: count(id) })}</a><//><//>`;

/** An account of a trace in words. @param {any} side */
function called(side) {
  if (!side.held) return accountName(side.key);
  if (side.projectName) return name({ name: side.projectName, nameEn: side.projectNameEn });
  return side.purposes.length ? list(side.purposes.map(purpose)) : accountName(side.key, { key: side.key, class: "fund" });
}

const sum = (/** @type {any[]} */ parts) => parts.reduce((/** @type {bigint} */ total, one) => total + BigInt(one.amount.minorUnits), 0n);

/** The answer in words. @param {any} trace @param {any[] | undefined} regions @returns {Model} */
function model(trace, regions = []) {
  const steps = trace.steps.filter((/** @type {any} */ step) => step.position !== trace.subject).map((/** @type {any} */ step) => {
    const code = step.region?.split("@")[0];
    const project = step.projectName ? { name: step.projectName, nameEn: step.projectNameEn } : null;
    const said = { ...step, project, region: code && { name: regions.find((one) => one.code === code)?.name ?? code } };
    return { ...step, from: called(step.from), to: called(step.to), fromKey: step.from.key, toKey: step.to.key, use: use(said) };
  }).sort((/** @type {Step} */ a, /** @type {Step} */ b) => (BigInt(a.position) < BigInt(b.position) ? -1 : BigInt(a.position) > BigInt(b.position) ? 1 : a.n - b.n));
  /** @type {Map<string, Rest>} */
  const resting = new Map();
  const ends = (/** @type {string} */ state) => trace.ends.filter((/** @type {any} */ end) => end.state === state);
  for (const end of ends("RESTING")) {
    const found = resting.get(end.account.key);
    const amount = { ...end.amount, minorUnits: (BigInt(end.amount.minorUnits) + BigInt(found?.amount.minorUnits ?? 0)).toString() };
    const since = found?.since && (!end.since || found.since < end.since) ? found.since : end.since;
    resting.set(end.account.key, { account: end.account.key, held: end.account.held, name: called(end.account), amount, since });
  }
  return {
    given: trace.amount, asOf: trace.asOf, steps, resting: [...resting.values()], used: sum(ends("USED")), back: sum(ends("RETURNED")),
    returned: sum(steps.filter((/** @type {Step} */ step) => step.returned)),
  };
}

/** @param {{ data: any, regions: any[] | undefined, id: string, asOf: string }} props */
function Trace({ data, regions, id, asOf }) {
  const { traceDonation, entry, head } = data;
  const trace = useMemo(() => model(traceDonation, regions), [traceDonation, regions, t("brand")]);
  const { given, used } = trace;
  const returned = trace.returned > trace.back ? trace.returned : trace.back;
  const gift = BigInt(given.minorUnits);
  const resting = sum(trace.resting);
  const shown = (/** @type {bigint} */ part) => amount({ ...given, minorUnits: part.toString() });
  const share = (/** @type {bigint} */ part) => t("trace.share", { percent: gift > 0n ? decimal((part * 2000n + gift) / (2n * gift), 1) : "0" });
  return html`
    <${Head} title=${t("trace.title", { position: count(id) })} lead=${t("trace.lead", { date: date(entry.effective), organization: name(entry.organization), amount: amount(given) })}>
      <div class="actions"><a href=${`/entries/${id}`}>${t("trace.verify")}</a><${Copy} text=${location.href} /></div><//>
    <dl class="figures">
      <${Figure} label=${t("trace.given")} value=${amount(given)} note=${given.asset.key === "CNY/2" ? capitals(gift) : ""} />
      <${Figure} label=${t("trace.used")} value=${shown(used)} note=${share(used)} />
      <${Figure} label=${t("trace.rests")} value=${shown(resting)} note=${share(resting)} />
      ${returned > 0n && html`<${Figure} label=${t("trace.returned")} value=${shown(returned)} note=${t("trace.returned.note")} />`}
    </dl>
    <${AsOf} asOf=${asOf} position=${trace.asOf} first=${id} size=${head?.size ?? trace.asOf} />
    ${entry.correctedBy && html`<p class="warning">${t("trace.corrected")} <a href=${`/entries/${entry.correctedBy.position}`}>${t("entry.title", { position: count(entry.correctedBy.position) })}</a></p>`}
    <${Sentences} trace=${trace} />
    <${Picture} trace=${trace} id=${id} />
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

/** @param {{ trace: Model }} props */
function Sentences({ trace }) {
  const [all, show] = useState(false);
  const sentence = (/** @type {Step} */ step) => {
    const values = { date: date(step.effective), amount: amount(step.amount), from: step.from, to: step.to };
    if (step.returned) return t("trace.step.returned", values);
    if (step.use) return t("trace.step.used", { ...values, use: step.use });
    return t("trace.step", values);
  };
  return html`
    <${Card} title=${t("trace.path")}>
      ${trace.steps.length === 0 && html`<p class="note">${t("trace.untouched")}</p>`}
      <ol class="path">
        ${trace.steps.slice(0, all ? undefined : MOST_SENTENCES).map((step) => html`<li class=${step.returned ? "back" : ""}><span>${sentence(step)}</span> <a href=${`/entries/${step.position}`} class="ref">${t("trace.step.entry", { position: count(step.position), kind: word("kind", step.kind) })}</a></li>`)}
        ${trace.resting.map((/** @type {any} */ one) => html`<li class="rest"><span>${t("trace.step.rests", { amount: amount(one.amount), account: one.name })}</span></li>`)}
      </ol>
      ${!all && trace.steps.length > MOST_SENTENCES && html`<button type="button" onClick=${() => show(true)}>${t("trace.all", { steps: count(trace.steps.length) })}</button>`}
    <//>`;
}

const MOST_SENTENCES = 30;
const MOST_NODES = 24;

/** Nodes and links of the picture: money that comes back gets a place of its own, so that the picture has no circle. @param {Model} trace */
function picture(trace) {
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
  for (const step of /** @type {any[]} */ (trace.steps)) {
    const from = node(step.fromKey, step.from, step.amount.asset);
    let to = step.toKey;
    if (to === from || reach(to, from)) to = `${to}#back`;
    if (to === from || reach(to, from)) to = `${to}#${step.position}.${step.n}`;
    node(to, to === step.toKey ? step.to : t("trace.back", { account: step.to }), step.amount.asset);
    link(from, to, step);
  }
  for (const one of /** @type {any[]} */ (trace.resting)) {
    const from = node(one.account, one.name, one.amount.asset);
    link(from, node(`${one.account}#rests`, t("trace.rests"), one.amount.asset), one);
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
  const shown = (/** @type {any} */ one) => amount({ minorUnits: one.value.toString(), asset: one.asset });
  return {
    nodes: [...nodes.filter((node) => !hidden.has(node.id)), ...(hidden.size ? [rest] : [])].map((node) => ({ ...node, shown: shown(node) })),
    links: links.map((link) => ({ ...link, target: hidden.has(link.target) ? "others" : link.target, shown: shown(link) })),
  };
}

/** @param {{ trace: Model, id: string }} props */
function Picture({ trace, id }) {
  const drawn = useMemo(() => picture(trace), [trace]);
  const raw = (/** @type {any} */ one) => decimal(one.amount.minorUnits, one.amount.asset.scale);
  const table = html`<${Table} caption=${t("trace.flow")} hideCaption file=${`donation-${id}`} context=${{ donation: id, position: trace.asOf }} rows=${trace.steps} columns=${[
    { key: "position", label: t("entry.position"), text: (/** @type {Step} */ s) => s.position, cell: (/** @type {Step} */ s) => html`<a href=${`/entries/${s.position}`}>${count(s.position)}</a>` },
    { key: "date", label: t("entry.effective"), text: (/** @type {Step} */ s) => date(s.effective), raw: (/** @type {Step} */ s) => s.effective },
    { key: "kind", label: t("entry.kind"), text: (/** @type {Step} */ s) => word("kind", s.kind) },
    { key: "from", label: t("entry.from"), text: (/** @type {Step} */ s) => s.from },
    { key: "to", label: t("entry.to"), text: (/** @type {Step} */ s) => s.to },
    { key: "use", label: t("entry.use"), text: (/** @type {Step} */ s) => s.use },
    { key: "amount", label: t("entry.amount"), number: true, text: (/** @type {Step} */ s) => amount(s.amount), raw },
  ]} />`;
  return html`<${Twin} title=${t("trace.flow")} note=${t("trace.method")} table=${table}
    picture=${drawn.links.length ? html`<${Flow} nodes=${drawn.nodes} links=${drawn.links} title=${t("trace.flow.label", { position: count(id) })} />` : html`<${Empty} title=${t("trace.untouched")} />`} />`;
}

/** @param {{ trace: Model, id: string }} props */
const Resting = ({ trace, id }) => html`
  <${Card} title=${t("trace.resting")}>
    ${trace.resting.length === 0 ? html`<${Empty} title=${t("trace.resting.none")} />` : html`<${Table} caption=${t("trace.resting")} hideCaption file=${`donation-${id}-resting`} context=${{ donation: id, position: trace.asOf }} rows=${trace.resting} columns=${[
      { key: "account", label: t("account.account"), text: (/** @type {any} */ r) => r.name, cell: (/** @type {any} */ r) => html`<a href=${`/accounts/${encodeURIComponent(r.account)}`}>${r.name}</a>` },
      { key: "since", label: t("trace.since"), text: (/** @type {any} */ r) => (r.since ? date(r.since) : ""), raw: (/** @type {any} */ r) => r.since ?? "" },
      { key: "amount", label: t("entry.amount"), number: true, text: (/** @type {any} */ r) => amount(r.amount), raw: (/** @type {any} */ r) => decimal(r.amount.minorUnits, r.amount.asset.scale) },
    ]} />`}
  <//>`;
