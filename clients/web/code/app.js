/** The web application: its frame, its pages, its languages.  No build step: this is what runs. */
import { language, speak, t, wanted } from "./i18n.js";
import { QueryError } from "./graphql.js";
import { Empty, Failed, Head } from "./parts.js";
import { learnPurposes } from "./labels.js";
import { followLinks, useAddress } from "./router.js";
import { token } from "./session.js";
import { html, render, useEffect, useReducer, useState } from "./ui.js";

/** Pages by address; each module is loaded when it is first shown. @type {[RegExp, () => Promise<{ Page: any }>][]} */
const PAGES = [
  [/^\/$/, () => import("./pages/home.js")],
  [/^\/donations\/(\d{1,19})$/, () => import("./pages/donation.js")],
  [/^\/entries\/(\d{1,19})$/, () => import("./pages/entry.js")],
  [/^\/accounts\/(.+)$/, () => import("./pages/account.js")],
  [/^\/journal$/, () => import("./pages/journal.js")],
  [/^\/officer$/, () => import("./pages/officer.js")],
];

const Nowhere = () => html`<${Head} title=${t("nowhere.title")} /><div class="card"><${Empty} title=${t("nowhere.text")}><a href="/">${t("nav.home")}</a><//></div>`;

/** @param {{ path: string, query: URLSearchParams, signed: () => void }} props */
function Shown({ path, query, signed }) {
  const found = PAGES.find(([pattern]) => pattern.test(path));
  const [page, set] = useState(/** @type {{ of: unknown, Page: any }} */ ({ of: null, Page: null }));
  useEffect(() => {
    if (!found) return;
    found[1]().then(
      ({ Page }) => set({ of: found, Page }),
      (error) => set({ of: found, Page: () => html`<${Head} title=${t("brand")} /><${Failed} error=${new QueryError("NETWORK", error.message)} again=${() => location.reload()} />` }),
    );
  }, [found]);
  useEffect(() => {
    const heading = document.querySelector("main h1")?.textContent;
    document.title = heading ? `${heading} · ${t("brand")}` : t("brand");
  });
  if (!found) return html`<${Nowhere} />`;
  if (page.of !== found) return null;
  const part = found[0].exec(path)?.[1];
  return html`<${page.Page} key=${path} id=${part === undefined ? undefined : decodeURIComponent(part)} query=${query} signed=${signed} />`;
}

function App() {
  const { path, query } = useAddress();
  const [, redraw] = useReducer((/** @type {number} */ n) => n + 1, 0);
  useEffect(() => {
    learnPurposes().then(() => redraw(0), () => undefined); // codes are shown until then
  }, []);
  const other = language() === "zh" ? "en" : "zh";
  const change = async () => {
    await speak(other, true);
    const url = new URL(location.href);
    if (url.searchParams.has("lang")) {
      url.searchParams.set("lang", other);
      history.replaceState(null, "", url);
    }
    redraw(0);
  };
  const link = (/** @type {string} */ to, /** @type {string} */ text) => html`<a href=${to} aria-current=${path === to ? "page" : undefined}>${text}</a>`;
  return html`
    <a class="skip" href="#main">${t("nav.skip")}</a>
    <header><div class="inner">
      <a class="brand" href="/"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 5h16M4 10h10M4 15h16M4 20h10" /></svg>${t("brand")}</a>
      <nav aria-label=${t("nav.label")}>
        ${link("/", t("nav.home"))}${link("/journal", t("nav.journal"))}${link("/officer", token() ? t("nav.officer") : t("nav.signIn"))}
      </nav>
      <button type="button" class="quiet" lang=${other === "en" ? "en" : "zh-CN"} onClick=${change}>${other === "en" ? "English" : "中文"}</button>
    </div></header>
    <main id="main" tabindex="-1"><${Shown} path=${path} query=${query} signed=${() => redraw(0)} /></main>
    <footer><div class="inner"><p>${t("footer.limits")}</p><p><a href="/graphiql">GraphiQL</a> · <a href="/journal">${t("footer.verify")}</a></p></div></footer>`;
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
try {
  PAGES.find(([pattern]) => pattern.test(location.pathname))?.[1]().catch(() => undefined); // on its way while words arrive
  await speak(wanted());
  followLinks();
  render(html`<${App} />`, root);
} catch (error) {
  root.textContent = `明账打不开 · Mingzhang cannot start: ${error instanceof Error ? error.message : error}`;
}
