/** Addresses: which page is shown, and filters that live in the address. */
import { useEffect, useState } from "./ui.js";

const CHANGED = "mingzhang:address";
/** Paths that the server answers itself. */
const SERVERS = /^\/(graphql|graphiql|journals|health|ready|metrics)(\/|\.|$)/;

/** @param {string} address @param {boolean} [replace] */
export function go(address, replace = false) {
  history[replace ? "replaceState" : "pushState"](null, "", address);
  dispatchEvent(new Event(CHANGED));
}

/** Follow links of this application without loading a page. */
export function followLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || SERVERS.test(url.pathname) || url.pathname.includes(".") || link.getAttribute("href")?.startsWith("#")) return;
    event.preventDefault();
    go(url.pathname + url.search);
    scrollTo(0, 0);
    document.querySelector("main")?.focus();
  });
}

/** The address as it changes. @returns {{ path: string, query: URLSearchParams }} */
export function useAddress() {
  const [href, set] = useState(location.href);
  useEffect(() => {
    const see = () => set(location.href);
    addEventListener("popstate", see);
    addEventListener(CHANGED, see);
    return () => {
      removeEventListener("popstate", see);
      removeEventListener(CHANGED, see);
    };
  }, []);
  const url = new URL(href);
  return { path: url.pathname, query: url.searchParams };
}

/** Change filters in the address; an empty value leaves. @param {Record<string, string>} changes */
export function filter(changes) {
  const url = new URL(location.href);
  for (const [key, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(key, value);
    else url.searchParams.delete(key);
  }
  go(url.pathname + url.search, true);
}
