"""Made-up people and companies. Company domains are under .example, which nobody can own."""

from __future__ import annotations

from tools.demo_data.world import Dice, World

ICP_INDUSTRIES = ("Software", "Financial services", "Professional services", "Healthcare", "Media")
SOFTWARE, FINANCE, SERVICES, HEALTH, MEDIA = ICP_INDUSTRIES

FIRST_NAMES = (
    "Ada Aisha Alejandro Amara Andrei Anna Arjun Beatriz Ben Camille Carlos Chen Clara Daniel"
    " Diego Elena Emeka Emma Fatima Felix Freya Gabriel Grace Hana Hugo Ines Isaac Ivy Jonas"
    " Julia Kai Karim Laila Lars Leo Lina Lucas Maja Marco Maria Mateo Maya Mei Milan Mina Nadia"
    " Nils Noah Olga Omar Oscar Paula Priya Rafael Rosa Sam Sara Sofia Tara Theo Tomas Vera Yuki"
    " Zoe"
).split()
LAST_NAMES = (
    "Abe Adeyemi Alvarez Andersen Bakker Banerjee Becker Bennett Blanc Carvalho Castillo Clark"
    " Costa Dahl Diallo Dubois Eriksen Farah Ferrari Fischer Fontaine Garcia Gupta Haddad Hansen"
    " Hayes Ivanova Jansen Kaur Keller Khan Kim Kowalski Larsen Lee Lindgren Lopez Marin Mehta"
    " Meyer Moreau Murphy Nakamura Ndiaye Novak Nowak Okafor Olsen Ortiz Park Patel Petrov"
    " Quinn Rao Reyes Rossi Santos Schmidt Silva Singh Sorensen Tanaka Varga Walsh Weber Wong"
).split()
COMPANY_WORDS = (
    "Alder Amber Anchor Arbor Aspen Atlas Basalt Beacon Birch Boreal Bramble Briar Cedar Cinder"
    " Clover Cobalt Comet Coral Cove Crane Delta Drift Dune Ember Falcon Fen Fjord Flint Garnet"
    " Glade Granite Grove Harbor Hazel Heron Indigo Ivory Jasper Juniper Kelp Kestrel Lantern"
    " Larch Linden Lotus Lynx Maple Marlow Mesa Mistral Moss Nettle Nimbus North Oak Onyx Opal"
    " Orchard Osprey Otter Pebble Pine Plover Quarry Quartz Raven Reed Ridge River Rowan Sable"
    " Sage Sequoia Sierra Slate Sorrel Spruce Summit Swift Tamarack Teal Thistle Timber Topaz"
    " Tundra Umber Vale Verdant Violet Walnut Willow Wren Yarrow Zephyr"
).split()
COMPANY_ENDINGS: dict[str, tuple[str, ...]] = {
    SOFTWARE: ("Software", "Labs", "Systems", "Data", "Apps"),
    FINANCE: ("Capital", "Finance", "Insurance", "Payments", "Advisors"),
    SERVICES: ("Consulting", "Partners", "Legal", "Architects", "Advisory"),
    HEALTH: ("Health", "Clinics", "Medical", "Therapeutics", "Care"),
    MEDIA: ("Media", "Studios", "Publishing", "Pictures", "Press"),
    "Education": ("Academy", "Learning", "Institute"),
    "Retail": ("Outfitters", "Market", "Goods", "Home"),
    "Manufacturing": ("Manufacturing", "Tools", "Components"),
    "Construction": ("Builders", "Construction", "Roofing"),
    "Logistics": ("Freight", "Logistics", "Couriers"),
    "Hospitality": ("Hotels", "Kitchens", "Events"),
    "Nonprofit": ("Foundation", "Trust", "Relief"),
}
# Every second company is of an industry that the product is made for, or more.
INDUSTRIES = tuple(COMPANY_ENDINGS) + ICP_INDUSTRIES * 2
TITLES: dict[str, tuple[str, ...]] = {
    SOFTWARE: ("Software Engineer", "Engineering Manager", "Product Manager", "Data Engineer"),
    FINANCE: ("Financial Analyst", "Controller", "Finance Manager", "Risk Analyst"),
    SERVICES: ("Consultant", "Managing Partner", "Paralegal", "Project Architect"),
    HEALTH: ("Clinic Manager", "Care Coordinator", "Research Associate", "Physician"),
    MEDIA: ("Editor", "Producer", "Art Director", "Social Media Manager"),
}
COMMON_TITLES = (
    "Operations Manager,Project Manager,Business Analyst,Office Manager,Founder"
    ",Marketing Manager,Data Analyst,Head of Operations,HR Partner,"
).split(",")  # the last one is blank
INDIVIDUAL_TITLES = ("Freelance Designer", "Student", "Teacher", "Founder", "Consultant", "", "")
COUNTRIES = "US US US US GB GB DE DE FR NL CA AU SE IN BR".split()
HEADCOUNTS = ((2, 9), (10, 49), (10, 49), (20, 99), (50, 199), (50, 199), (200, 499), (500, 4000))

FREE_MAIL = ("gmail.com",) * 5 + ("outlook.com", "outlook.com", "yahoo.com", "icloud.com", "gmx.de")
DISPOSABLE_MAIL = ("mailinator.com", "guerrillamail.com", "yopmail.com")
EDUCATION_MAIL = ("mit.edu", "stanford.edu", "ox.ac.uk")
VENDOR, COMPETITOR, PARTNER = "workboard.example", "rivalboard.example", "partnerhub.example"


def new_email(world: World, domain: str, dice: Dice) -> str:
    """A mail address that nobody has yet."""
    local = f"{dice.pick(FIRST_NAMES)}.{dice.pick(LAST_NAMES)}".lower()
    email, number = f"{local}@{domain}", 1
    while email in world.emails:
        number += 1
        email = f"{local}{number}@{domain}"
    world.emails.add(email)
    return email


def new_company(world: World, industry: str, dice: Dice) -> tuple[str, str]:
    """The name and domain of a company, both unlike any other's."""
    while True:
        first, second = dice.sample(COMPANY_WORDS, 2)
        words = dice.pick((first, first, first, f"{first} & {second}", f"{first} {second}"))
        name = f"{words} {dice.pick(COMPANY_ENDINGS[industry])}"
        domain = company_domain(name)
        if domain not in world.emails:
            world.emails.add(domain)
            return name, domain


def company_domain(name: str) -> str:
    """The domain that a company of this name would have."""
    letters = (letter for letter in name.lower() if letter.isascii() and letter.isalpha())
    return "".join(letters) + ".example"


def unknown_company_domain(dice: Dice) -> str:
    """The domain of a company that is no account."""
    first, second = dice.sample(COMPANY_WORDS, 2)
    return company_domain(f"{first} {second}")
