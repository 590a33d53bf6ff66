"""The planted truth: what makes an account pay, buy more, or leave. All of it is here.

Each day an account may take each decision once. Its log-odds are `base` plus the weight of every
driver it shows that day; the deed follows days or weeks later.
"""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

from tools.demo_data.product import INTENT, LIMITS, TOOLS
from tools.demo_data.workspace import Workspace
from tools.demo_data.world import Dice

TRUTH: dict[str, dict[str, float]] = {
    "first_payment": {
        "base": -8.1,
        "fit": 1.5,
        "activation": 1.5,
        "collaboration": 1.5,
        "intent": 2.2,
        "alone": -2.0,
        "many_log_ins": 0.0,  # the planted duds: being busy is not wanting to buy
        "many_tasks": 0.0,
    },
    "upgrade": {
        "base": -7.5,
        "limit_hit": 1.8,
        "higher_tier_tried": 1.6,
        "seats_nearly_full": 1.6,
    },
    "insights": {"base": -7.5, "dashboards": 3.2},
    "automate": {"base": -7.5, "automations": 3.2},
    "churn": {"base": -8.2, "nobody_active": 3.0},
}
DRIVERS = {"fit", "activation", "collaboration", "intent"}
DELAY_DAYS = (4, 21)
TRIAL_DAYS = 14
TRIAL_FIRST = 0.5  # of those who decide to pay, this share tries before
NO_BUDGET = 0.1  # of all accounts, this share never pays, whatever it shows
TRIAL_ANYWAY = 0.4  # of the engaged, this share starts a trial for no reason that matters


def drivers_shown(space: Workspace, day: date) -> set[str]:
    """The drivers that a workspace shows on a day: what each of them means, in numbers."""
    month = space.recent(day, 28)
    in_month = Counter(act for act, _ in month)
    in_fortnight = Counter(act for act, _ in space.recent(day, 14))
    active = len({user_id for _, user_id in month})
    facts = {
        "fit": space.fits,
        "activation": space.done["project"] >= 2 and any(space.done[act] for act in TOOLS),
        "collaboration": space.done["invite_accepted"] >= 2,
        "intent": sum(in_fortnight[act] for act in INTENT) >= 2,
        "alone": not space.account_id,
        "many_log_ins": in_fortnight["log_in"] >= 8,
        "many_tasks": in_fortnight["task"] >= 12,
        "limit_hit": any(in_fortnight[act] for act in LIMITS),
        "higher_tier_tried": in_month["gated"] + in_month["gated_top"] >= 1,
        "seats_nearly_full": active >= 0.8 * space.seats,
        "dashboards": in_month["dashboard"] >= 2,
        "automations": in_month["automation"] >= 4,
        "nobody_active": active == 0,
    }
    return {name for name, holds in facts.items() if holds}


def decides(decision: str, shown: set[str], dice: Dice) -> bool:
    """Whether the decision is taken today."""
    model = TRUTH[decision]
    log_odds = sum(weight for name, weight in model.items() if name == "base" or name in shown)
    return dice.chance(1 / (1 + math.exp(-log_odds)))
