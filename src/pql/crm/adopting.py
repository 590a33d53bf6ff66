"""When a company that somebody else made may become ours: its domain, and its name."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection
from difflib import SequenceMatcher
from pathlib import Path

NEAR = 0.8  # of names this alike, by difflib's ratio, each may be the other
LEAST_LETTERS = 3  # fewer are in the name of anybody

LEGAL_FORMS = frozenset(
    "ab ag and aps as asa bv bvba co company corp corporation doo eg ev ek gbr gmbh group holding "
    "holdings inc incorporated international kft kg kgaa limited llc llp lp ltd ltda mbh nv ohg oy "
    "oyj plc pte pty pvt sa sagl sarl sas se sl sla snc spa spzoo sro srl ug und".split()
)
DOMAIN = re.compile(r"(?=.{4,253}$)([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W\d_]([\w-]{0,61}[^\W_])?")


def read_shared_domains(path: Path) -> frozenset[str]:
    """Read the mail domains that are many people's: free, disposable, of schools, of relays."""
    with path.open(newline="", encoding="utf-8") as file:
        return frozenset(row["domain"] for row in csv.DictReader(file))


def is_of_one_company(domain: str, shared: Collection[str]) -> bool:
    """Tell whether a domain can stand for one company: it is one, and nobody shares it.

    Args:
        domain: in lower case.
        shared: domains that stand for nobody, nor do those under them.
    """
    labels = domain.split(".")
    parents = (".".join(labels[start:]) for start in range(len(labels)))
    return bool(DOMAIN.fullmatch(domain)) and not any(parent in shared for parent in parents)


def are_near(one: str, other: str) -> bool:
    """Tell whether two names may be one company's; a missing name is near to none.

    Case, accents, punctuation, a leading "The" and legal forms at the end do not count. What is
    left is alike (difflib's ratio is at least NEAR), or all words of one name are in the other.
    """
    these, those = words_of(one), words_of(other)
    fewer, more = sorted((set(these), set(those)), key=len)
    if not fewer:
        return False
    if fewer <= more and sum(map(len, fewer)) >= LEAST_LETTERS:
        return True
    texts = (" ".join(these), " ".join(those))
    return SequenceMatcher(None, *texts, autojunk=False).ratio() >= NEAR


def words_of(name: str) -> list[str]:
    """Return the words of a company's name, without what says nothing of which company it is."""
    text = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = re.sub(r"[.'\u2019]|(?<=\b\w)/(?=\w\b)", "", text)  # S.A., Ann's, A/S
    words = re.findall(r"[^\W_]+", text)
    if words[:1] == ["the"]:
        del words[0]
    while words and words[-1] in LEGAL_FORMS:
        del words[-1]
    return words
