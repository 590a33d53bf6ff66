"""Write raw tables of any size for the benchmark: a made-up product's year, a file of events a day.

    python -m tools.benchmark.data FOLDER --events 1000000

Sizes are as uneven as real ones: a few accounts have most users, a few users most days, and most
people leave soon. A file holds what was received on its day, late rows and repeated ones included.
The same number of events gives the same bytes: what looks random is a hash of who, when and SEED.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb

SEED = 4
FIRST_DAY = date(2025, 7, 1)
DAY_COUNT = 365

# What a user does in the year on average, as it comes out of USERS and EVENTS below.
EVENTS_PER_USER = 72
USERS_PER_ACCOUNT = 8

DUPLICATE_SHARE = 0.01
LATE_SHARE = 0.01
LATEST_DAYS = 7  # no row is later
INVALID_SHARE = 0.001

# How often each event is done, of 1000.
EVENT_SHARES = {
    "message_sent": 180, "page_viewed": 160, "logged_in": 130, "search_performed": 90,
    "task_created": 80, "api_called": 80, "notification_opened": 70, "comment_added": 50,
    "task_assigned": 30, "file_uploaded": 25, "automation_used": 20, "settings_changed": 15,
    "report_exported": 12, "meeting_booked": 10, "project_created": 9, "dashboard_created": 7,
    "teammate_invited": 6, "dashboard_shared": 5, "invite_accepted": 4, "limit_reached": 4,
    "gated_feature_tried": 3, "upgrade_clicked": 2, "signed_up": 2, "api_key_created": 1,
    "data_source_connected": 1, "calendar_connected": 1, "environment_created": 1,
    "ci_connected": 0.8, "api_connected": 0.7, "demo_requested": 0.5,
}  # fmt: skip
PAGES = "home|home|home|help|help|features|features|blog|changelog|pricing|billing|docs_sso"
INDUSTRIES = "software|financial services|professional services|healthcare|media|retail|education"
JOB_TITLES = "Product Manager|Software Engineer|Data Analyst|Founder|Student|Operations Lead"

# chance(): a number from 0 to 1 for some values; pick(): one item of a list, by such a number
MACROS = f"""
create macro chance(kind, one, other) as
    hash({SEED}, kind, one, other) / 18446744073709551616.0;
create macro pick(list, number) as
    string_split(list, '|')[1 + cast(floor(number * len(string_split(list, '|'))) as integer)];
"""

# An account's rank decides how many users it has; a user's luck how long and how often it comes.
USERS = f"""
create table users as
select
    user_number,
    'u_' || user_number as user_id,
    1 + cast(floor(
        $account_count * pow(chance('account', user_number, 0), 2.5)
    ) as integer) as account_number,
    cast(floor(chance('start', user_number, 0) * {DAY_COUNT + 180}) as integer) - 180 as first_day,
    first_day + cast(
        least(10 / pow(1 - chance('life', user_number, 0), 1.4), 2000) as integer
    ) as last_day,
    0.05 + 0.7 * pow(chance('rate', user_number, 0), 2) as daily_rate,
    chance('home', user_number, 0) as home_chance
from generate_series(1, $user_count) as numbers(user_number);
"""

EVENT_NAMES = """
create table event_names as
select
    event_name,
    sum(share) over (order by event_name) / sum(share) over () as to_chance,
    to_chance - share / sum(share) over () as from_chance
from (select unnest($names) as event_name, unnest($shares) as share);
"""

# Three out of ten rows leave the account to be found; some pages are seen before signing in.
EVENTS = f"""
with

active_users as (

    select
        *,
        date '{FIRST_DAY}' + cast($day as integer) as today
    from users
    where
        $day between first_day and last_day
        and chance('active', user_number, $day)
        < daily_rate * case when isodow(today) > 5 then 0.3 else 1 end

),

acts as (

    select
        active_users.*,
        unnest(range(
            1 + cast(floor(-ln(1 - chance('acts', user_number, $day)) * 6) as integer)
        )) as act_number
    from active_users

),

drawn as (

    select
        *,
        chance('name', user_number, act_number + 1000 * $day) as name_chance,
        chance('time', user_number, act_number + 1000 * $day) as time_chance,
        chance('dirt', user_number, act_number + 1000 * $day) as dirt_chance,
        chance('text', user_number, act_number + 1000 * $day) as text_chance
    from acts

),

named as (

    select
        drawn.*,
        event_names.event_name,
        today + to_microseconds(cast(time_chance * 86400000000 as bigint)) as received_at
    from drawn
    inner join event_names
        on name_chance >= event_names.from_chance and name_chance < event_names.to_chance

),

-- shares of dirt lie side by side on one number
received as (

    select
        *,
        received_at + to_seconds(unnest(
            case when dirt_chance < {DUPLICATE_SHARE} then [0, 1 + act_number] else [0] end
        )) as delivered_at,
        case
            when dirt_chance between 0.5 and {0.5 + LATE_SHARE}
                then 1 + cast(floor(pow(text_chance, 3) * {LATEST_DAYS}) as integer)
            else 0
        end as days_late,
        event_name = 'page_viewed' and text_chance < 0.2 as is_anonymous
    from named

)

select
    md5(concat_ws('-', user_number, $day, act_number)) as event_id,
    event_name,
    received_at - to_seconds(2) - to_days(days_late) as occurred_at,
    delivered_at as received_at,
    case when not is_anonymous then user_id end as user_id,
    case when is_anonymous then 'anon_' || user_number end as anonymous_id,
    case
        when not is_anonymous and account_number is not null and text_chance < 0.7
            then 'a_' || account_number
    end as account_id,
    case
        when dirt_chance between 0.7 and {0.7 + INVALID_SHARE} then '{{"client":"web"'
        else
            '{{' || case event_name
                when 'page_viewed' then '"page":"' || pick('{PAGES}', text_chance) || '",'
                when 'project_created' then '"project_id":"p_' || act_number + $day || '",'
                when 'dashboard_created' then '"dashboard_id":"d_' || act_number + $day || '",'
                when 'task_assigned'
                    then '"assignee":"u_' || user_number + cast(text_chance * 9 as integer) || '",'
                when 'teammate_invited'
                    then '"invitee":"u_' || user_number + cast(text_chance * 99 as integer) || '",'
                when 'file_uploaded' then '"size_mb":' || round(text_chance * 40, 2) || ','
                when 'dashboard_shared'
                    then '"audience":"' || pick('external|internal', text_chance) || '",'
                when 'signed_up' then '"source":"' || pick('ads|invite|search', text_chance) || '",'
                when 'limit_reached' then '"limit":"' || pick('seats|refresh', text_chance) || '",'
                else ''
            end
            || '"client":"' || pick('web|web|ios|android', text_chance) || '","version":"4.2"}}'
    end as properties
from received
order by delivered_at, event_id
"""

OTHER_TABLES = {
    "users": f"""
        select
            users.user_id,
            'user' || user_number || case
                when home_chance < 0.2 then '@gmail.com'
                else '@company' || account_number || '.example'
            end as email,
            case when home_chance > 0.3 then 'a_' || account_number end as account_id,
            pick('{JOB_TITLES}', chance('title', user_number, 0)) as job_title,
            date '{FIRST_DAY}' + first_day + interval 8 hours as created_at,
            false as email_opt_out
        from users
        order by user_number
    """,
    "accounts": f"""
        select
            'a_' || account_number as account_id,
            'Company ' || account_number as account_name,
            'company' || account_number || '.example' as domain,
            cast(4 / pow(1 - chance('size', account_number, 0), 1.2) as integer) as employee_count,
            pick('{INDUSTRIES}', chance('industry', account_number, 0)) as industry,
            pick('US|GB|DE|BR|IN', chance('country', account_number, 0)) as country,
            pick('free|free|free|team|business', chance('plan', account_number, 0)) as plan_name,
            5 + 5 * cast(6 * chance('seats', account_number, 0) as integer) as seat_limit,
            date '{FIRST_DAY}' + min(first_day) + interval 8 hours as created_at
        from users
        group by account_number
        order by account_number
    """,
    "subscriptions": f"""
        with started as (
            select
                account_number,
                date '{FIRST_DAY}' + min(first_day) + interval 8 hours as started_at
            from users
            group by account_number
        )
        select
            stage || '_' || account_number as subscription_id,
            'a_' || account_number as account_id,
            'core' as product_line,
            'team' as plan_name,
            stage,
            started_at + case stage when 'paid' then interval 14 days else interval 0 days end
                as started_at,
            case
                when stage = 'trial' then started_at + interval 14 days
                when chance('end', account_number, 0) < 0.3 then started_at + interval 120 days
            end as ended_at,
            case stage when 'paid' then 90 end as mrr
        from started
        cross join (values ('trial', 0.6), ('paid', 0.2)) as stages(stage, share)
        where chance('stage', account_number, 0) < share
        order by account_number, stage
    """,
    "identity_links": f"""
        select
            'anon_' || user_number as from_id,
            user_id as to_user_id,
            date '{FIRST_DAY}' + first_day + interval 8 hours as linked_at
        from users
        order by user_number
    """,
}


def write_raw_tables(
    folder: Path,
    event_count: int,
    progress: Callable[[str], None] = print,
    is_skewed: bool = False,
) -> Path:
    """Write a year of raw tables, and beside them the day after it; return that day's file.

    Args:
        folder: a new one; gets events/<day>.parquet, and a file for each other table.
        event_count: how many rows of events the year holds, about.
        progress: told what is done.
        is_skewed: whether half of the users are one account's.
    """
    events = folder / "events"
    events.mkdir(parents=True)
    user_count = max(20, round(event_count / EVENTS_PER_USER))
    account_count = max(2, user_count // USERS_PER_ACCOUNT)
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        connection.execute(USERS, {"user_count": user_count, "account_count": account_count})
        if is_skewed:
            connection.execute("update users set account_number = 1 where user_number % 2 = 0")
        connection.execute(
            EVENT_NAMES, {"names": list(EVENT_SHARES), "shares": list(EVENT_SHARES.values())}
        )
        for name, query in OTHER_TABLES.items():
            connection.execute(f"copy ({query}) to '{folder / name}.parquet'")
        for day in range(DAY_COUNT + 1):
            name = f"{FIRST_DAY + timedelta(days=day)}.parquet"
            path = events / name if day < DAY_COUNT else folder / f"next_{name}"
            connection.execute(f"copy ({EVENTS}) to '{path}'", {"day": day})
            if day % 30 == 0:
                progress(f"{event_count} events of {user_count} users: day {day} of {DAY_COUNT}")
    return path


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a new folder for the raw tables")
    parser.add_argument("--events", type=int, default=1_000_000, help="how many, about")
    arguments = parser.parse_args()
    write_raw_tables(arguments.folder, arguments.events)


if __name__ == "__main__":
    main()
