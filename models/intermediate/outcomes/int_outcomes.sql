with

-- whoever comes back counts again, where the definition is one for people who have left
definitions as (

    select
        definition_key,
        entity_type,
        product_line,
        outcome_type,
        outcome_type = 'cross_sell'
        or '|' || audience || '|' like '%|churned|%' as counts_returns
    from {{ ref('stg_config__definitions') }}
    where status <> 'retired'

)

select
    definitions.definition_key,
    payments.entity_type,
    payments.entity_id,
    definitions.outcome_type,
    min(payments.payment_id) as outcome_id,
    cast(sum(payments.amount) as decimal(18, 2)) as amount,
    payments.paid_on as outcome_on
from {{ ref('int_entity_payments') }} as payments
inner join definitions
    on
        payments.entity_type = definitions.entity_type
        and (
            (
                definitions.outcome_type = 'expansion'
                and payments.payment_type = 'growth'
                and payments.line_scope <> '*'
            )
            or (
                definitions.outcome_type <> 'expansion'
                and payments.line_scope = coalesce(definitions.product_line, '*')
                and (
                    payments.payment_type = 'first'
                    or (payments.payment_type = 'return' and definitions.counts_returns)
                )
            )
        )
group by
    definitions.definition_key,
    payments.entity_type,
    payments.entity_id,
    definitions.outcome_type,
    payments.paid_on
