{#- A signal that looks at no property is read off the counts of any activity, and shapes none. -#}
with

property_signals as (

    select
        signals.*,
        signal_events.event_name
    from {{ ref('stg_config__signals') }} as signals
    inner join {{ ref('stg_config__signal_events') }} as signal_events
        on signals.signal_id = signal_events.signal_id
    where signals.property_name is not null or signals.measure_property is not null

),

all_signals as (

    select
        sum({{ row_hash([
            "signal_id", "event_name", "property_name", "property_operator", "property_value",
            "measure", "measure_property",
        ], "property_signals") }}) as signals_hash
    from property_signals

)

select
    {{ dbt.hash(
        row_text(["signals_hash"], "all_signals") ~ " || "
        ~ dbt.string_literal(counting_settings())
    ) }} as fingerprint
from all_signals
