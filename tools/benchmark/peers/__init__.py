"""What the benchmark compares builds with: the same scores by hand in SQL, polars and pandas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# How many times fewer events a size has than all, and the letter of the full build of it.
SIZES = {"full": 1, "quarter": 4, "sixteenth": 16}
BUILDS = {"full": "a", "quarter": "e", "sixteenth": "f"}

# Both give a row per account of either side, with whether both say the same.
LAST_DAY = """
select coalesce(peer.score = mart.score and peer.is_qualified = mart.is_qualified, false)
from peer
full outer join (
    from mart.pql.pql_accounts where definition_id = 'six_signal' and definition_version = 1
) as mart
    on peer.account_id = mart.account_id
"""

EVERY_DAY = """
with

mart_periods as (

    select
        entity_id as account_id,
        score,
        valid_from,
        least(coalesce(valid_to, date '9999-12-31'), last_day + 1) as valid_to
    from mart.pql.pql_history
    cross join (select max(as_of_date) as last_day from mart.pql.pql_accounts)
    where definition_id = 'six_signal' and definition_version = 1 and valid_from <= last_day

),

mart_accounts as (

    select
        account_id,
        sum(valid_to - valid_from) as day_count
    from mart_periods
    group by account_id

),

peer_accounts as (

    select
        peer.account_id,
        count(*) as day_count,
        count(*) filter (peer.score = mart_periods.score and peer.day < mart_periods.valid_to)
            as equal_count
    from peer
    asof left join mart_periods
        on peer.account_id = mart_periods.account_id and peer.day >= mart_periods.valid_from
    group by peer.account_id

)

select
    coalesce(
        peer_accounts.day_count = mart_accounts.day_count
        and peer_accounts.equal_count = mart_accounts.day_count,
        false
    )
from peer_accounts
full outer join mart_accounts
    on peer_accounts.account_id = mart_accounts.account_id
"""


@dataclass(frozen=True)
class Peer:
    """One way to the same scores: parts of a query, or a module.

    Attributes:
        name: what the tables call it.
        comparison: a query that compares its scores, ``peer``, with ``mart``.
        parts: names of SQL files of this folder, lists of CTEs; the last ends in the final select.
        module: the name of a module of this folder, to be run.
        growth_of: the letter of a peer that is run once more, at a smaller size.
    """

    name: str
    comparison: str
    parts: tuple[str, ...] = ()
    module: str = ""
    growth_of: str = ""

    def query(self) -> str:
        """The parts as one query."""
        files = [Path(__file__).with_name(f"{part}.sql") for part in self.parts]
        return "with\n" + ",\n".join(file.read_text(encoding="utf-8") for file in files)


PLACED = ("readable_events", "ranked_repeats", "account_acts")
PEERS = {
    "b": Peer(
        "one definition on one day, by hand",
        LAST_DAY,
        parts=("readable_events", "ranked_events", "account_acts", "one_day"),
    ),
    "b2": Peer("as (b), ranked only where an id repeats", LAST_DAY, parts=(*PLACED, "one_day")),
    "p": Peer("one definition day by day, in polars", EVERY_DAY, module="in_polars"),
    "q": Peer("one definition day by day, in pandas", EVERY_DAY, module="in_pandas"),
    "s": Peer(
        "one definition day by day, by a date spine in SQL",
        EVERY_DAY,
        parts=(*PLACED, "date_spine"),
    ),
    "t": Peer("as (s), of fewer events", EVERY_DAY, parts=(*PLACED, "date_spine"), growth_of="s"),
}
