"""How many decimals each currency has: ISO 4217's minor units, as data.

Source: ISO 4217 list one; every current code was compared with the list as of
February 2026.  List three (withdrawn currencies) gives no scale, so those are
what the currencies had in use.  A currency that is not here has no known scale,
and its amounts are set aside rather than guessed.
"""

from typing import Final

_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR: Final = "CLF UYW"
_TWO: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
    CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
    HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
    MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
    SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR
    ZMW ZWG ZWL
"""
_WITHDRAWN_TWO: Final = """
    ATS AZM BGL CYP DEM EEK FIM FRF GHC HRK IEP LTL LVL MRO MTL MZM NLG ROL SDD SIT SKK SRG STD TMM VEB VEF YUM ZMK
    ZWD
"""
_WITHDRAWN_NONE: Final = "BEF BYR ESP GRD ITL LUF PTE TRL"
# ISO gives the special drawing right no minor unit ("N.A."); the Fund and its lenders publish hundredths.
_BY_CUSTOM: Final = {"XDR": 2}

SCALES: Final[dict[str, int]] = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_WITHDRAWN_NONE.split(), 0),
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_WITHDRAWN_TWO.split(), 2),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
    **_BY_CUSTOM,
}
"""Decimals by currency code."""
