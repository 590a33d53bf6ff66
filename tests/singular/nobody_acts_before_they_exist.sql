-- What anonymous visitors did before they signed up is theirs, and no fault: rows under an id of
-- one's own are looked at alone.
{{ config(group='pql', severity='warn', meta={'says_rows': true}) }}
{%- set text = dbt.type_string() %}

with

as_of as (

    select * from {{ ref('int_as_of') }}

),

created as (

    select
        'users' as table_name,
        user_id as entity_id,
        cast(created_at as date) as created_on
    from {{ ref('stg_product__users') }}
    union all
    select
        'accounts' as table_name,
        account_id as entity_id,
        cast(created_at as date) as created_on
    from {{ ref('stg_product__accounts') }}

),

acts as (

    select
        'users' as table_name,
        actor_id as entity_id,
        row_count,
        activity_date
    from {{ ref('int_signal_counts') }}
    where signal_id = 'any_activity' and actor_id is not null
    union all
    select
        'accounts' as table_name,
        account_id as entity_id,
        row_count,
        activity_date
    from {{ ref('int_signal_counts') }}
    where signal_id = 'any_activity' and account_id is not null

),

early_milestones as (

    select
        created.table_name,
        created.entity_id,
        created.created_on > as_of.as_of_date as is_of_the_future,
        acts.row_count
    from acts
    inner join created
        on
            acts.table_name = created.table_name
            and acts.entity_id = created.entity_id
            and acts.activity_date < created.created_on
    inner join as_of
        on acts.activity_date <= as_of.as_of_date

)

select
    table_name || ': ' || cast(count(distinct entity_id) as {{ text }})
    || case when is_of_the_future then ' created after the last day counted' else ' of them' end
    || ', with ' || cast(sum(row_count) as {{ text }})
    || ' row(s) of events from before their created_at, such as ' || min(entity_id) as finding
from early_milestones
group by table_name, is_of_the_future
order by table_name, is_of_the_future
