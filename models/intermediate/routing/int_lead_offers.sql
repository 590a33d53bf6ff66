with

-- the reasons that speak for the lead, as int_top_reasons has them
reasons as (

    select
        reasons.definition_key,
        reasons.entity_type,
        reasons.entity_id,
        reasons.signal_id,
        max(case when reasons.effect = 'hand_raise' then 1 else 0 end) as hand_raise,
        sum(reasons.points) as weight,
        max(reasons.last_event_on) as last_event_on
    from {{ ref('int_reasons') }} as reasons
    where
        reasons.is_met
        and reasons.source = 'rule'
        and (
            reasons.points > 0
            or reasons.effect = 'hand_raise'
            or reasons.requirement_group is not null
        )
    group by
        reasons.definition_key, reasons.entity_type, reasons.entity_id, reasons.signal_id

),

ranked_signals as (

    select
        *,
        row_number() over (
            partition by definition_key, entity_type, entity_id
            order by hand_raise desc, weight desc, last_event_on desc nulls last, signal_id
        ) as signal_rank
    from reasons

),

ranked_offers as (

    select
        ranked_signals.definition_key,
        ranked_signals.entity_type,
        ranked_signals.entity_id,
        content_offers.offer_name,
        content_offers.offer_url,
        content_offers.talking_point,
        row_number() over (
            partition by
                ranked_signals.definition_key,
                ranked_signals.entity_type,
                ranked_signals.entity_id
            order by ranked_signals.signal_rank
        ) as offer_rank
    from ranked_signals
    inner join {{ ref('stg_config__content_offers') }} as content_offers
        on ranked_signals.signal_id = content_offers.signal_id

)

select
    ranked_signals.definition_key,
    ranked_signals.entity_type,
    ranked_signals.entity_id,
    ranked_signals.signal_id as top_signal,
    ranked_offers.offer_name,
    ranked_offers.offer_url,
    ranked_offers.talking_point,
    ranked_signals.last_event_on as top_signal_on
from ranked_signals
inner join {{ ref('stg_config__definitions') }} as definitions
    on ranked_signals.definition_key = definitions.definition_key
left join ranked_offers
    on
        ranked_signals.definition_key = ranked_offers.definition_key
        and ranked_signals.entity_type = ranked_offers.entity_type
        and ranked_signals.entity_id = ranked_offers.entity_id
        and ranked_offers.offer_rank = 1
where definitions.status = 'live' and ranked_signals.signal_rank = 1
