"""The officer's desk and the auditor's account page, as a person works them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.clients.web.conftest import Site, Watched
from tests.clients.web.test_web_pages import violations
from tests.clients.web.web_files import manifest

LANGUAGES = ("zh", "en")
_RECORD = next(key for key, name in manifest().items() if name == "recordDonation")


def _fill(page: Page, amount: str = "1,234.50") -> None:
    page.get_by_label("Amount (yuan)").fill(amount)
    page.get_by_label("Fund account").select_option("hope-general")
    page.get_by_label("Custody account").select_option("hope-bank")


def test_signing_in_with_a_token(watched: Watched, site: Site) -> None:
    """A wrong token is refused; a right one stays in the tab and out of the address."""
    page = watched.open("/officer")
    page.get_by_label("Access token").fill("mz_" + "x" * 43)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    watched.trouble.clear()  # the refusal's 401 is logged by the browser itself
    page.get_by_label("Access token").fill(site.tokens["officer"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Officer's desk")
    expect(page.locator(".lead")).to_have_text("Hope Foundation")
    assert "mz_" not in page.url
    assert page.evaluate("localStorage.length + document.cookie.length") <= 1
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Access token")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('mingzhang.token')") is None


def test_mistakes_are_said_beside_their_fields(watched: Watched, site: Site) -> None:
    """Before anything is sent; the first wrong field is focused; axe finds nothing in either state."""
    page = watched.open("/officer", token=site.tokens["officer"])
    assert violations(page) == []
    page.get_by_label("Amount (yuan)").fill("12.345")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("#e-amount")).to_contain_text("at most two decimals")
    expect(page.locator("#e-account")).to_contain_text("required")
    expect(page.get_by_label("Amount (yuan)")).to_be_focused()
    assert violations(page) == []


def test_a_refusal_of_the_ledger_is_said_in_the_form(watched: Watched, site: Site) -> None:
    """A day in the future passes the browser, whose check is switched off here, and is refused in words."""
    page = watched.open("/officer", token=site.tokens["officer"])
    _fill(page)
    page.evaluate("document.getElementById('f-effective').removeAttribute('max')")
    page.get_by_label("Date received").fill("2999-01-01")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.locator("form.form, .warning").first).to_be_visible()
    expect(page.locator("#panel-donate")).to_contain_text("2999-01-01 lies after")


def test_a_donation_is_recorded_once_however_often_it_is_sent(watched: Watched, site: Site) -> None:
    """The first answer is lost on its way; sending the same form again gives the entry that is there."""
    page = watched.open("/officer", token=site.tokens["officer"])
    sent: list[str] = []

    def lose_the_first(route: Route) -> None:
        if _RECORD in (route.request.post_data or ""):
            sent.append(route.request.post_data or "")
            if len(sent) == 1:
                route.fetch()
                route.abort()
                return
        route.continue_()

    page.route("**/graphql", lose_the_first)
    _fill(page)
    expect(page.locator("#n-amount")).to_contain_text("人民币壹仟贰佰叁拾肆元伍角整")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be recorded twice")
    page.get_by_role("button", name="Record", exact=True).dblclick()
    expect(page.locator(".big[role=status]")).to_have_text("¥1,234.50")
    assert len(sent) == 2
    assert sent[0] == sent[1]
    watched.trouble.clear()  # the lost answer is logged by the browser itself
    position = page.locator("a[href^='/entries/']").first.inner_text()
    page.get_by_role("link", name=position, exact=True).click()
    expect(page.locator("h1")).to_have_text(f"Entry {position}")
    assert page.inner_text("main").count("¥1,234.50") >= 1


def test_an_import_decision_is_settled(watched: Watched, site: Site) -> None:
    """A reason is needed; one row goes to an account, another to a restriction that is declared here; none is left."""
    page = watched.open("/officer", token=site.tokens["officer"])
    page.get_by_role("tab", name="Import decisions").click()
    expect(page.locator("#panel-decide section")).to_have_count(site.places["decisions"])
    assert violations(page) == []
    first = page.locator("#panel-decide section").first
    first.get_by_role("button", name="Decide").click()
    expect(first.get_by_role("alert")).to_contain_text("give the reason")
    first.get_by_label("Belongs to").select_option("hope-lunch")
    first.get_by_label("Reason").fill("The donor's letter of 5 February")
    first.get_by_role("button", name="Decide").click()
    expect(page.locator("#panel-decide section")).to_have_count(site.places["decisions"] - 1)
    last = page.locator("#panel-decide section").first
    last.get_by_label("Belongs to").select_option("new")
    last.get_by_label("Purpose").select_option("education")
    last.get_by_label("Reason").fill("Telephone call with the donor")
    last.get_by_role("button", name="Decide").click()
    expect(page.locator("#panel-decide")).to_contain_text("Nothing awaits a decision")


def test_a_statement_has_running_totals_and_a_file(watched: Watched, site: Site) -> None:
    """The last line's balance is the account's; the CSV has a byte order mark and every line."""
    page = watched.open("/accounts/hope-lunch", token=site.tokens["auditor"])
    rows = page.get_by_role("table", name="Statement").locator("tbody tr")
    assert page.locator(".figures .big").first.inner_text() == rows.last.locator("td").last.inner_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all as CSV").click()
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert len(lines) == rows.count() + 1
    assert [line[0] for line in lines[1:]] == [str(n) for n in range(1, len(lines))]
