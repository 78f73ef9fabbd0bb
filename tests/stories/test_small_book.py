"""A small book, told as a treasurer would read it."""

from inspect import cleandoc

from tests.stories.small_book import told


def test_a_gift_for_wells() -> None:
    """Two gifts, spent, brought back, refunded, turned into pumps, overspent, and two entries corrected.

     8  donation          donors:natural:bank -> wells               300
     8  donation          donors:natural:bank -> free                200
     9  donation          donors:enterprise:bank -> wells            100
    10  allocation        free -> wells                               50  [0,50)
    11  expense           wells -> vendors                           320  [0,320)
    12  returned_payment  vendors -> wells                            30  [0,30)  back to [0,30)
    13  expense           wells -> vendors                            40  [400,440)
    14  refund            wells -> donors:enterprise:bank             20  [320,340)
    15  conversion        wells -> conversion                         70  [450,480)@0 [340,380)
    15  conversion        conversion (goods) -> pumps                  3  [0,70)
    16  disbursement      pumps -> beneficiaries:- (goods)             2  [0,2)
    17  expense           wells -> vendors                            30  [380,400) [440,450)
    17  expense           overdrawn/wells -> vendors                  15
    17                    breach INSUFFICIENT_FUNDS
    18  allocation        free -> overdrawn/wells                     15  [50,65)
    19  correction        vendors -> wells                           290  [30,320)  back to [30,320)
    20                    receivable of wells: 50
    """
    assert _page(told().page(8)) == _page(test_a_gift_for_wells.__doc__)


def _page(text: str | None) -> list[str]:
    """The lines of a page that begin with a number: below a docstring's sentence, all of them."""
    return [line.strip() for line in cleandoc(text or "").splitlines() if line.strip()[:1].isdigit()]


def test_what_rests_at_the_end() -> None:
    """What came back lies at new coordinates and is first in the queue again; one pump and 135 of 200 are left."""
    book = told()
    assert [book.free(name) for name in ("wells", "free", "pumps")] == ["[480,770)@30", "[65,200)", "[2,3)"]


def test_where_the_gift_of_entry_8_went() -> None:
    """All 500 units: on pumps that were handed over, back in the fund, paid to vendors, and still at rest.

     30  posting/16/0  [0,9/7)  by 8-11-12-15-15-16
    270  wells  [480,750)  by 8-11-19
     40  posting/13/0  [0,40)  by 8-10-13
     10  posting/17/0  [20,30)  by 8-10-17
     15  posting/18/0  [0,15)  by 8-18
    135  free  [65,200)  by 8
    """
    assert _page(told().forward(8)) == _page(test_where_the_gift_of_entry_8_went.__doc__)


def test_where_it_was_before_anything_came_back() -> None:
    """The same question as of entry 11 has the answer that it had then.

    300  posting/11/0  [0,300)  by 8-11
     50  wells  [400,450)  by 8-10
    150  free  [50,200)  by 8
    """
    assert _page(told().forward(8, as_of=11)) == _page(test_where_it_was_before_anything_came_back.__doc__)


def test_who_paid_for_the_two_pumps_that_were_handed_over() -> None:
    """Of 2 pumps the first is the natural donor's, and the second mostly the firm's: shares are cut on whole pumps.

    1  donors:natural:bank in entry 8  [0,30)  by 16-15-15-12-11-8
    1  donors:enterprise:bank in entry 9  [40,170/3)  by 16-15-15-9
    """
    page = _page(test_who_paid_for_the_two_pumps_that_were_handed_over.__doc__)
    assert _page(told().backward(16)) == page


def test_a_shortfall_is_nobodys_money() -> None:
    """Money that was not there comes from no donor, also after the hole was filled.

    20  donors:enterprise:bank in entry 9  [80,100)  by 17-9
    10  donors:natural:bank in entry 8  [40,50)  by 17-10-8
    15  overdrawn/wells in entry 17  [0,15)  by 17
    """
    page = _page(test_a_shortfall_is_nobodys_money.__doc__)
    assert _page(told().backward(17)) == page
