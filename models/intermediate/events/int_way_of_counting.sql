with

signal_texts as (

    select
        signals.signal_id,
        coalesce(signals.property_name, '') || '|'
        || coalesce(signals.property_operator, '') || '|'
        || coalesce(signals.property_value, '') || '|'
        || signals.measure || '|'
        || coalesce(signals.measure_property, '') || '|'
        || coalesce(signal_events.event_name, '') as signal_text
    from {{ ref('int_signals') }} as signals
    left join {{ ref('int_signal_events') }} as signal_events
        on signals.signal_id = signal_events.signal_id

),

all_texts as (

    select
        {{ dbt.listagg(
            "signal_id || '|' || signal_text", "','", "order by signal_id, signal_text"
        ) }} as signal_texts
    from signal_texts

)

select
    {{ dbt.hash(
        "coalesce(signal_texts, '') || "
        ~ dbt.string_literal(dbt.escape_single_quotes(counting_settings()))
    ) }} as fingerprint
from all_texts
