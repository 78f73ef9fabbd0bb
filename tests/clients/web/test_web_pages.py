"""Every page in a real browser against the real server: complete in both languages, accessible, narrow, at home.

Screenshots of each lie below the session's temporary directory (`pytest --basetemp=…` keeps them in one place).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.clients.web.conftest import Site, Watched
from tests.clients.web.web_files import WEB

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES = ("zh", "en")
PAGES = {
    "home": "/", "home-filtered": "/?region=510000%40201904", "donation": "/donations/{gift}",
    "donation-then": "/donations/{gift}?asOf={meals}", "entry": "/entries/{gift}", "corrected": "/entries/{wrong}",
    "account": "/accounts/hope-lunch", "journal": "/journal", "sign-in": "/officer", "nowhere": "/nowhere",
}  # fmt: skip


def path_of(name: str, site: Site) -> str:
    """The address of a page."""
    return PAGES[name].format(**site.places)


def violations(page: Page) -> list[str]:
    """What axe finds."""
    # The source is run as a string: the page's own policy allows no inline script.
    run = f"{AXE};axe.run(document, {{runOnly: {json.dumps(RULES)}}})"
    found: dict[str, Any] = page.evaluate(run)
    return [f"{rule['id']}: {node['html'][:150]}" for rule in found["violations"] for node in rule["nodes"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_complete_accessible_and_narrow(
    watched: Watched, site: Site, name: str, language: str, tmp_path: Path
) -> None:
    """No open message, 0 axe violations, no sideways scrolling at 360 pixels."""
    page = watched.open(path_of(name, site), language=language)
    assert "⟦" not in page.inner_text("body")
    assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en-GB"}[language]
    assert violations(page) == []
    page.screenshot(path=tmp_path / f"{name}-{language}.png", full_page=True)
    page.set_viewport_size({"width": 360, "height": 740})
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.screenshot(path=tmp_path / f"{name}-{language}-narrow.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_graphiql_runs_from_our_own_files(watched: Watched, site: Site, language: str) -> None:
    """It answers the first example under the page's policy; examples speak both languages."""
    page = watched.page
    page.goto(f"{site.address}/graphiql?lang={language}")
    page.get_by_role("button", name=re.compile("Execute")).first.click()
    expect(page.locator(".result-window")).to_contain_text("disclosure")
    expect(page.locator(".graphiql-query-editor")).to_contain_text({"zh": "公众", "en": "Public"}[language])


def test_figures_are_exact_beyond_what_a_number_holds(watched: Watched) -> None:
    """9,007,199,254,740,993 fen and more: the figure a float would get wrong."""
    page = watched.open("/?year=2025")
    expect(page.locator(".figures")).to_contain_text("¥90,071,992,548,930.43")
    assert "¥90,071,992,547,409.93" in page.inner_text("main")


def test_filters_live_in_the_address(watched: Watched) -> None:
    """Choosing a province changes the address and the figures; the address alone brings them back."""
    page = watched.open("/")
    page.get_by_role("button", name=re.compile("四川省")).first.click()
    expect(page.locator(".figures")).to_contain_text("¥398,000.00")
    assert "region=510000%40201904" in page.url
    page.reload()
    expect(page.locator(".figures")).to_contain_text("¥398,000.00")
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".figures")).to_contain_text("¥616,000.00")
    assert "region" not in page.url


def _download(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes()


def test_a_chart_has_a_table_twin_that_exports_what_is_shown(watched: Watched, site: Site) -> None:
    """CSV with a byte order mark and JSON say the rows of the table, amounts as plain decimals."""
    page = watched.open("/")
    page.get_by_role("button", name="View as table Where").click()
    shown = page.locator("table", has_text="四川省").locator("tbody tr").all_inner_texts()
    raw = _download(page, "Export as CSV: Where")
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [line.split("\t")[0].strip() for line in shown]
    assert rows[1][:3] == ["四川省", "0.00", "398000.00"]
    told = json.loads(_download(page, "Export as JSON: Where"))
    assert [row["spent"] for row in told["rows"]] == [row[2] for row in rows[1:]]
    assert told["checkpoint"]["root"]
    assert int(told["position"]) >= site.places["correction"]


def test_the_freshness_card_checks_the_signature(watched: Watched) -> None:
    """Journal, position, checkpoint and root; the signature is checked here."""
    page = watched.open("/")
    card = page.locator("section", has_text="Where the figures come from")
    expect(card).to_contain_text("mingzhang.test/demo")
    expect(card).to_contain_text("✓ The checkpoint's signature was checked in your browser.")


def test_a_donation_is_told_in_sentences_that_add_up(watched: Watched, site: Site) -> None:
    """Used and at rest sum to the gift; what came back and where is said; the picture has a table."""
    page = watched.open(f"/donations/{site.places['gift']}")
    expect(page.locator(".figures")).to_contain_text("人民币壹佰万元整")
    figures = [int(text.translate({ord("¥"): None, ord(","): None, ord("."): None}))
               for text in page.locator(".figures .big").all_inner_texts()]  # fmt: skip
    assert figures[0] == figures[1] + figures[2]
    path = page.locator(".path")
    expect(path).to_contain_text(
        "On 20 Mar 2024, ¥600,000.00 of it went from Unrestricted fund to School lunches in Zhaojue."
    )
    expect(path).to_contain_text("¥12,000.00 of it came back from Vendors to School lunches in Zhaojue.")
    expect(path).to_contain_text("昭觉县")
    assert page.locator("svg.flow path.ribbon").count() >= 6
    page.get_by_role("button", name="View as table Flow of the money").click()
    expect(page.get_by_role("table", name="Flow of the money")).to_contain_text("Returned payment")


def test_a_trace_can_be_asked_as_of_an_earlier_entry(watched: Watched, site: Site) -> None:
    """Before the rice was bought, more of it rested."""
    page = watched.open(f"/donations/{site.places['gift']}")
    before = page.locator(".figures .big").all_inner_texts()[2]
    page.get_by_label("As of position").fill(str(site.places["meals"]))
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".figures .big").nth(2)).to_have_text("¥680,000.00")
    assert before != "¥680,000.00"
    assert f"asOf={site.places['meals']}" in page.url


def test_a_corrected_entry_says_so(watched: Watched, site: Site) -> None:
    """Both entries lead to each other."""
    page = watched.open(f"/entries/{site.places['wrong']}")
    page.get_by_role("link", name=f"Entry {site.places['correction']}", exact=True).first.click()
    expect(page.locator("h1")).to_have_text(f"Entry {site.places['correction']}")
    expect(page.locator("main")).to_contain_text("Corrects")


def test_the_keyboard_reaches_everything(watched: Watched) -> None:
    """The skip link comes first and leads to the content; a province is chosen without a mouse."""
    page = watched.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tile = page.locator("button.tile", has_text="四川省")
    tile.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".figures")).to_contain_text("¥398,000.00")


def test_the_language_is_changed_in_place_and_kept(watched: Watched) -> None:
    """The same page in the other language; a later visit remembers."""
    page = watched.open("/journal")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("账簿")
    page.goto(f"{watched.address}/journal")
    expect(page.locator("h1")).to_have_text("账簿")


def test_an_unreachable_server_is_said_and_can_be_asked_again(browser: Browser, site: Site) -> None:
    """An error state, not an empty page."""
    page = browser.new_page()
    page.route("**/graphql?*", lambda route: route.abort())
    page.goto(f"{site.address}/?lang=en")
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    page.unroute("**/graphql?*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".figures")).to_contain_text("¥616,000.00")
    page.close()


def test_the_web_folder_is_what_is_served(watched: Watched) -> None:
    """What an auditor reads in the repository is what runs."""
    page = watched.open("/")
    served = page.evaluate("fetch('/code/verify.js').then((answer) => answer.text())")
    assert served == (WEB / "code" / "verify.js").read_text("utf-8")


def test_files_are_sent_compressed_and_only_once(site: Site) -> None:
    """A browser that has a file is told so; one that takes gzip gets it."""
    first = urllib.request.Request(f"{site.address}/code/parts.js", headers={"Accept-Encoding": "gzip"})  # noqa: S310 - our own server, over http
    with urllib.request.urlopen(first, timeout=10) as answer:  # noqa: S310 - as above
        assert gzip.decompress(answer.read()) == (WEB / "code" / "parts.js").read_bytes()
        tag = answer.headers["ETag"]
    again = urllib.request.Request(f"{site.address}/code/parts.js", headers={"If-None-Match": tag})  # noqa: S310 - as above
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(again, timeout=10)  # noqa: S310 - as above
    assert told.value.code == 304
    told.value.close()
