"""Two clocks: the history is restated when more becomes known; what was published is not."""

import re
from pathlib import Path
from typing import Any

from conftest import PROJECT, Build, Built, Tables
from test_builds import EVENT, ONE_RULE, USER, check

PUBLISHED = """
    select entity_id, change, score, as_of_date::varchar
    from pql.pql_published
    order by published_at, entity_id nulls first
"""
HISTORY = "select entity_id, is_qualified from pql.pql_history where not is_projected"


def differences(built: Built) -> list[tuple[Any, ...]]:
    """What the analysis of published against history finds."""
    analysis = (PROJECT / "analyses" / "published_against_history.sql").read_text()
    query = re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"pql.\1", analysis)
    columns = "entity_id, was_published_as, is_known_as, reason"
    return built.query(f"select {columns} from (\n{query}) order by entity_id")


def test_what_was_published_is_kept_when_the_history_is_restated(
    build: Build, tmp_path: Path
) -> None:
    other = {**EVENT, "event_id": "2", "user_id": "v", "event_name": "page_viewed"}
    raw: Tables = {"events": [EVENT, other], "users": [USER, {"user_id": "v"}]}
    first = check(build(raw, ONE_RULE, folder=tmp_path))
    said = [
        (None, "definition_published", None, "2026-03-01"),
        ("u", "qualified", 10, "2026-03-01"),
    ]
    assert first.query(PUBLISHED) == said

    # The log-in turns out to be another's: the history never knew u as qualified.
    raw = {**raw, "events": [{**EVENT, "user_id": "v", "received_at": "2026-03-02"}, other]}
    raw["events"][1] = {**other, "user_id": "u"}
    second = check(build(raw, ONE_RULE, folder=tmp_path, variables={"projection_days": 90}))
    assert sorted(second.query(HISTORY)) == [("u", False), ("v", True)]
    moved = [("u", "lapsed", 0, "2026-03-01"), ("v", "qualified", 10, "2026-03-01")]
    assert second.query(PUBLISHED) == said + moved
    late = "late events, or other data that came later"
    assert differences(second) == [("u", "qualified", "lapsed", late)]

    # An edit in place has a row of its own, and a warning; a full refresh forgets nothing.
    rules = [{**ONE_RULE["definition_rules"][0], "points": "11"}]
    third = build({**raw}, {**ONE_RULE, "definition_rules": rules}, folder=tmp_path, quiet=False)
    assert third.returncode == 0, third.output
    assert "live_definitions_are_not_edited" in third.output
    edited = [(None, "definition_edited", None, "2026-03-01")]
    assert third.query(PUBLISHED) == said + moved + edited
    reasons = {reason for *_, reason in differences(third)}
    assert reasons == {"definition edited in place"}
