"""Which names are near enough to be one company's, and which domains are one company's."""

import pytest

from pql.crm.adopting import are_near, is_of_one_company


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "ACME, Inc."),
        ("Acme GmbH", "Acme GmbH & Co. KG"),
        ("Müller Maschinenbau GmbH", "Muller Maschinenbau"),
        ("Acme", "Acme Robotics"),
        ("The Beta Company", "Beta Co."),
        ("Beta S.A.", "beta"),
        ("Maersk A/S", "Maersk"),
        ("Smith & Sons", "Smith and Sons Ltd"),
        ("Northwind Traders", "Northwind Trader"),
        ("Ann's Studio", "Anns studio"),
        ("トヨタ自動車", "トヨタ自動車"),
    ],
)
def test_near(one, other):
    assert are_near(one, other)
    assert are_near(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("Acme", ""),
        ("GmbH", "GmbH"),
        ("...", "..."),
        ("Ann Studio", "Gmail"),
        ("Acme Robotics", "Zenith Robotics"),
        ("A", "A Better Place"),
        ("Beta", "Alphabet"),
        ("Northwind Inc", "Southgate Inc"),
    ],
)
def test_not_near(one, other):
    assert not are_near(one, other)
    assert not are_near(other, one)


def test_domains():
    shared = {"gmail.com", "ac.jp"}
    for domain in (
        "acme.com",
        "eu.acme.co.uk",
        "notgmail.com",
        "bücher.example",
        "xn--p1ai.xn--p1ai",
    ):
        assert is_of_one_company(domain, shared), domain
    for domain in ("gmail.com", "mail.gmail.com", "kyoto.ac.jp", "", "acme", ".com", "acme..com"):
        assert not is_of_one_company(domain, shared), domain
    for domain in (
        "acme.com/x",
        "acme.com\n",
        "a@acme.com",
        "acme.com:80",
        "1.2.3.4",
        "*.acme.com",
    ):
        assert not is_of_one_company(domain, shared), domain
