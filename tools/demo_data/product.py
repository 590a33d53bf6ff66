"""The product: what can be done in it, what it costs, and how kinds of people use it."""

from __future__ import annotations

from dataclasses import dataclass

# Act -> event and its properties, each one of several values. Values in angle brackets are filled
# from the workspace.
ACTS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "log_in": ("logged_in", {}),
    "project": ("project_created", {"project_id": ("<new project>",)}),
    "task": ("task_created", {"project_id": ("<project>",)}),
    "assign": ("task_assigned", {"assignee": ("<teammate>",)}),
    "automation": ("automation_used", {"automation": ("reminder", "handover", "status_sync")}),
    "message": ("message_sent", {}),
    "file": ("file_uploaded", {"size_mb": ("<size>",)}),
    "dashboard": ("dashboard_created", {"dashboard_id": ("<new dashboard>",)}),
    "share": (
        "dashboard_shared",
        {"dashboard_id": ("<dashboard>",), "audience": ("internal", "internal", "external")},
    ),
    "data_source": ("data_source_connected", {"source": ("postgres", "sheets", "salesforce")}),
    "api_connect": ("api_connected", {}),
    "api_key": ("api_key_created", {}),
    "api_call": ("api_called", {}),
    "ci": ("ci_connected", {"provider": ("github", "gitlab")}),
    "environment_dev": ("environment_created", {"environment": ("dev",)}),
    "environment_staging": ("environment_created", {"environment": ("staging",)}),
    "environment_prod": ("environment_created", {"environment": ("prod",)}),
    "meeting": ("meeting_booked", {}),
    "calendar": ("calendar_connected", {"provider": ("google", "microsoft")}),
    "limit": ("limit_reached", {"limit": ("projects", "plan", "plan", "messages", "refresh")}),
    "limit_seats": ("limit_reached", {"limit": ("seats",)}),
    "limit_plan": ("limit_reached", {"limit": ("plan",)}),
    "limit_refresh": ("limit_reached", {"limit": ("refresh",)}),
    "pricing": ("page_viewed", {"page": ("pricing",), "plan": ("team", "team", "business")}),
    "pricing_top": ("page_viewed", {"page": ("pricing",), "plan": ("business", "enterprise")}),
    "billing": ("page_viewed", {"page": ("billing",)}),
    "sso_docs": ("page_viewed", {"page": ("docs_sso",)}),
    "templates": ("page_viewed", {"page": ("templates",)}),
    "help": ("page_viewed", {"page": ("help",)}),
    "upgrade": ("upgrade_clicked", {"from": ("banner", "billing", "limit_dialog")}),
    "gated": (
        "gated_feature_tried",
        {"feature": ("portfolio", "timeline"), "plan": ("business",)},
    ),
    "gated_top": (
        "gated_feature_tried",
        {"feature": ("sso", "advanced_security"), "plan": ("enterprise",)},
    ),
    "demo": ("demo_requested", {"source": ("pricing", "docs", "webinar")}),
}
TOOLS = ("automation", "data_source", "api_connect")
LIMITS = ("limit", "limit_seats", "limit_plan", "limit_refresh")
PRICES_SEEN = ("pricing", "pricing_top", "billing", "sso_docs")
INTENT = (*LIMITS, *PRICES_SEEN, "upgrade", "gated", "gated_top", "demo")
# The web tracker knows the user and not the account; the server knows both.
WEB_EVENTS = ("signed_up", "logged_in", "page_viewed", "demo_requested")
# Logged as one row per user and day, with a count between these.
COUNTED = {"message": (1, 30), "api_call": (20, 300)}

PLANS = ("free", "team", "business", "enterprise")
SEAT_PRICES = {"team": 9, "business": 16, "enterprise": 28, "insights": 6, "automate": 5}
SEAT_STEPS = (5, 10, 15, 25, 50, 100, 250)


def seats_for(people: int) -> int:
    """The smallest number of seats on sale that is enough."""
    return next(step for step in SEAT_STEPS if step >= people)


@dataclass(frozen=True)
class Style:
    """How people of one kind use the product."""

    presence: float  # the owner's chance to be there on a working day, when interest is fresh
    half_life: float  # days after which that has halved
    acts: dict[str, float]  # how many to expect whenever someone is there


STYLES: dict[str, Style] = {
    # People at work stay signed in, so they log in less often than those who only look around.
    "engaged": Style(
        0.42,
        26,
        {"log_in": 0.2, "task": 0.18, "message": 0.2, "project": 0.1, "templates": 0.05}
        | {"invite": 0.02, "automation": 0.02, "pricing": 0.03, "assign": 0.08, "help": 0.05},
    ),
    "casual": Style(0.3, 6, {"log_in": 0.9, "task": 0.5, "project": 0.15, "pricing": 0.05}),
    "tire_kicker": Style(0.5, 70, {"log_in": 1.2, "templates": 0.15, "help": 0.1, "pricing": 0.02}),
    "taskmaster": Style(0.5, 80, {"log_in": 1.3, "task": 3.0, "project": 0.03, "file": 0.05}),
    "customer": Style(
        0.18,
        9999,
        {"log_in": 0.3, "task": 0.6, "message": 0.3, "assign": 0.2, "project": 0.1, "file": 0.1}
        | {"automation": 0.05, "dashboard": 0.02, "help": 0.03, "limit": 0.01, "invite": 0.02},
    ),
}
# What a trait adds to the style while it lasts; only those who lead the workspace act on it.
TRAITS: dict[str, dict[str, float]] = {
    "activation": {"project": 0.5, "automation": 0.35, "data_source": 0.12, "dashboard": 0.1}
    | {"share": 0.06, "file": 0.2},
    "collaboration": {"invite": 0.55, "assign": 0.4, "message": 0.35},
    "intent": {"pricing": 0.4, "pricing_top": 0.1, "billing": 0.15, "upgrade": 0.12, "limit": 0.2}
    | {"gated": 0.1, "gated_top": 0.04, "sso_docs": 0.05, "demo": 0.03},
    "developers": {"api_connect": 0.15, "api_key": 0.2, "api_call": 0.8, "ci": 0.1}
    | {"environment_dev": 0.08, "environment_staging": 0.06, "environment_prod": 0.05},
    "meetings": {"meeting": 0.6, "calendar": 0.1},
    "dashboards": {"dashboard": 0.5, "share": 0.3, "data_source": 0.1},
    "automations": {"automation": 1.5},
    "outgrows": {"limit": 0.3, "invite": 0.3, "gated": 0.2, "gated_top": 0.1, "billing": 0.15},
}
