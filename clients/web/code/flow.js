/** The picture of a flow of money (Sankey); its table twin stands beside it on the page. */
import sankey from "../vendor/d3-sankey/sankey.js";
import { html } from "./ui.js";

/** @typedef {{ id: string, label: string, shown: string, end?: boolean }} FlowNode */
/** @typedef {{ source: string, target: string, value: bigint, shown: string }} FlowLink */

const WIDE = 860;

/** The ribbon between two nodes, as d3's `sankeyLinkHorizontal` draws it. @param {any} link */
const ribbon = (link) => {
  const middle = (link.source.x1 + link.target.x0) / 2;
  return `M${link.source.x1},${link.y0}C${middle},${link.y0} ${middle},${link.y1} ${link.target.x0},${link.y1}`;
};

/** @param {{ nodes: FlowNode[], links: FlowLink[], title: string }} props */
export function Flow({ nodes, links, title }) {
  const most = links.reduce((top, link) => (link.value > top ? link.value : top), 1n);
  const height = Math.max(180, nodes.filter((node) => node.end).length * 52);
  const drawn = sankey()
    .nodeId((/** @type {any} */ node) => node.id)
    .nodeWidth(12).nodePadding(34)
    .extent([[4, 20], [WIDE - 200, height - 12]])({
      nodes: nodes.map((node) => ({ ...node })),
      // only the width of a ribbon is a Number: a share of the largest, never an amount
      links: links.map((link) => ({ ...link, value: Math.max(Number((link.value * 1_000_000n) / most), 1) })),
    });
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${title}>
      <svg class="flow" viewBox=${`0 0 ${WIDE} ${height}`} role="img" aria-label=${title}>
        ${drawn.links.map((/** @type {any} */ link) => html`
          <path class="ribbon" d=${ribbon(link)} stroke-width=${Math.max(1.5, link.width)}><title>${link.source.label} → ${link.target.label}: ${link.shown}</title></path>`)}
        ${drawn.nodes.map((/** @type {any} */ node) => html`
          <g><rect class=${node.end ? "knot end" : "knot"} x=${node.x0} y=${node.y0} width=${node.x1 - node.x0} height=${Math.max(2, node.y1 - node.y0)} rx="2" />
            <text x=${node.x1 + 7} y=${(node.y0 + node.y1) / 2 - 2} class="knot-label">${short(node.label)}</text>
            <text x=${node.x1 + 7} y=${(node.y0 + node.y1) / 2 + 14} class="knot-value">${node.shown}</text></g>`)}
      </svg>
    </div>`;
}

/** @param {string} label */
const short = (label) => {
  let room = 24; // a Chinese character takes the room of two letters
  let kept = "";
  for (const letter of label) {
    room -= letter > "\u2e7f" ? 2 : 1;
    if (room < 0) return `${kept}…`;
    kept += letter;
  }
  return kept;
};
