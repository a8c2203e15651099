-- The benchmark policy by hand, for DuckDB, every order read once into sums per window.
-- The same columns as the engine's result, by name; amounts in integers of 10^-4; as of 2026-10-31.
create or replace temp table by_order as
with converted as (
  select o.customer, o.ordered_on as d, o.status = 'completed' as is_order,
         cast(o.amount * coalesce(r.rate, 1.000000) as decimal(18, 4)) as amount,
         cast(o.profit * coalesce(r.rate, 1.000000) as decimal(18, 4)) as profit
  from orders o
  left join (select currency, rate_on, cast(rate as decimal(18, 6)) as rate from exchange_rates) r
    on r.currency = o.currency and r.rate_on = o.ordered_on
  where o.status <> 'cancelled' and o.ordered_on < date '2026-11-01')
select customer,
    cast(cast(sum(case when d >= date '2025-11-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as y0,
    cast(cast(sum(case when d >= date '2024-11-01' and d < date '2025-11-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as y1,
    cast(cast(sum(case when d >= date '2023-11-01' and d < date '2024-11-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as y2,
    cast(cast(sum(case when d >= date '2025-11-01' then profit end) as decimal(18, 4)) * 10000 as bigint) as p0,
    count(case when d >= date '2025-11-01' then 1 end) as rows0,
    min(case when is_order then d end) as first_day, max(case when is_order then d end) as last_day,
    bit_count(bit_or(case when d >= date '2025-11-01' and is_order then 1 << cast(month(d) as integer) end)) as months,
    count(case when d >= date '2025-11-01' and is_order then 1 end) as orders,
    cast(cast(sum(case when d >= date '2026-07-01' and d < date '2026-10-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q0,
    cast(cast(sum(case when d >= date '2026-04-01' and d < date '2026-07-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q1,
    cast(cast(sum(case when d >= date '2026-01-01' and d < date '2026-04-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q2,
    cast(cast(sum(case when d >= date '2025-10-01' and d < date '2026-01-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q3,
    cast(cast(sum(case when d >= date '2025-07-01' and d < date '2025-10-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q4,
    cast(cast(sum(case when d >= date '2025-04-01' and d < date '2025-07-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q5,
    cast(cast(sum(case when d >= date '2025-01-01' and d < date '2025-04-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q6,
    cast(cast(sum(case when d >= date '2024-10-01' and d < date '2025-01-01' then amount end) as decimal(18, 4)) * 10000 as bigint) as q7
  from converted group by customer;

create or replace temp table gaps as
  select customer, nullif(max(gap), 0) as longest_gap
  from (select customer, ordered_on - lag(ordered_on) over (partition by customer order by ordered_on) as gap
        from orders
        where status = 'completed' and ordered_on >= date '2024-11-01' and ordered_on < date '2026-11-01')
  group by customer;

create or replace temp table payments as
  select customer,
    count(case when due_on >= date '2025-11-01' and paid_on <= due_on and paid_on <= date '2026-10-31' then 1 end) as in_time,
    count(case when due_on >= date '2025-11-01' then 1 end) as due,
    max(greatest(least(coalesce(paid_on, date '2026-10-31'), date '2026-10-31') - due_on, 0)) as max_overdue
  from receivables where due_on >= date '2024-11-01' and due_on < date '2026-11-01' group by customer;

create or replace temp table trouble as
  select customer, count(case when opened_on >= date '2025-11-01' then 1 end) as complaints,
    count(case when severity = 'major' then 1 end) as major_disputes
  from complaints where opened_on >= date '2024-11-01' and opened_on < date '2026-11-01' group by customer;

create or replace temp table base as
select c.customer, c.name, c.industry, c.strategic, c.blacklisted, p.grade as previous_grade,
  coalesce(y0, 0) as annual_amount, coalesce(y1, 0) as amount_prev, coalesce(y2, 0) as amount_prev2,
  case when coalesce(rows0, 0) = 0 then 0 else p0 end as annual_profit,
  date '2026-11-01' - first_day as coop_days, cast(coalesce(months, 0) as bigint) as active_months, longest_gap,
  date '2026-10-31' - last_day as recency_days, cast(coalesce(orders, 0) as bigint) as frequency,
  coalesce(in_time, 0) as paid_on_time, coalesce(due, 0) as due, in_time / nullif(due, 0) as on_time_ratio, max_overdue,
  coalesce(complaints, 0) as complaints, coalesce(major_disputes, 0) as major_disputes,
  coalesce(q0, 0) as q0, coalesce(q1, 0) as q1, coalesce(q2, 0) as q2, coalesce(q3, 0) as q3, coalesce(q4, 0) as q4, coalesce(q5, 0) as q5, coalesce(q6, 0) as q6, coalesce(q7, 0) as q7
from customers c
left join by_order using (customer) left join gaps using (customer) left join payments using (customer)
left join trouble using (customer) left join previous_grades p using (customer);

create or replace temp table measured as
with totals as (
  select cast(sum(annual_amount) as bigint) as all_amount, cast(sum(annual_profit) as bigint) as all_profit from base),
ranked as (
  select customer, ntile(5) over (order by frequency, customer) as f_class,
    ntile(5) over (order by annual_amount, customer) as m_class,
    (rank() over (order by annual_amount) - 1) / nullif(count(*) over () - 1, 0) as amount_percentile,
    cast(sum(annual_amount) over (order by annual_amount desc, customer rows unbounded preceding) as bigint)
      - annual_amount as before
  from base),
recent as (
  select customer, ntile(5) over (order by recency_days desc, customer) as r_class
  from base where recency_days is not null),
joined as (
  select base.*, r_class, f_class, m_class, amount_percentile,
    case when all_amount > 0 then before / all_amount end as ahead,
    case when all_profit > 0 then annual_profit / all_profit end as profit_share,
    case when amount_prev > 0 then (annual_amount - amount_prev) / amount_prev end as growth_1,
    case when amount_prev2 > 0 then (amount_prev - amount_prev2) / amount_prev2 end as growth_2,
    (q0 + q1 + q2 + q3 + q4 + q5 + q6 + q7) / 8.0 as mean
  from base cross join totals join ranked using (customer) left join recent using (customer))
select * exclude (q0, q1, q2, q3, q4, q5, q6, q7, mean),
  case when mean > 0 then sqrt((
    (q0 - mean) * (q0 - mean) + (q1 - mean) * (q1 - mean) + (q2 - mean) * (q2 - mean) + (q3 - mean) * (q3 - mean)
    + (q4 - mean) * (q4 - mean) + (q5 - mean) * (q5 - mean) + (q6 - mean) * (q6 - mean) + (q7 - mean) * (q7 - mean)) / 8.0) / mean end as volatility,
  cast((30 * (case when growth_1 >= 0.3 then 100 when growth_1 >= 0.1 then 60 when growth_1 >= 0 then 20 else 0 end)
    + 15 * (case when coop_days >= 1460 then 100 when coop_days >= 730 then 70 when coop_days >= 180 then 30 else 0 end)
    + 20 * (case when active_months >= 10 then 100 when active_months >= 6 then 60 when active_months >= 3 then 30 else 0 end)
    + 20 * (case when on_time_ratio >= 0.95 then 100 when on_time_ratio >= 0.8 then 70 when on_time_ratio >= 0.6 then 40
                 else 0 end)
    + 15 * (case when m_class >= 5 then 100 when m_class >= 4 then 70 when m_class >= 3 then 40 else 0 end)) * 100
    as bigint) as potential
from joined;

create or replace temp table graded as
with told as (
  select *,
    annual_amount >= 10000000000 as a0, coop_days >= 730 as a1, on_time_ratio >= 0.85 as a2, major_disputes = 0 as a3,
    growth_1 > 0.2 as a4, growth_2 > 0.2 as a5, ahead < 0.8 as a6, profit_share >= 0.001 as a7,
    annual_amount >= 2000000000 as b0, on_time_ratio >= 0.7 as b1, longest_gap <= 180 as b2, active_months >= 6 as b3,
    potential >= 600000 as b4, industry in ('medical', 'electronics') as b5,
    annual_amount >= 200000000 as c0, r_class >= 4 as c1, f_class >= 3 as c2, volatility <= 0.8 as c3, complaints <= 1 as c4,
    case previous_grade when 'A' then 1 when 'B' then 2 when 'C' then 3 when 'D' then 4 end as before
  from measured),
ruled as (
  select *,
    case when a0 and a1 and a2 and a3 and ((a4 and a5) or a6 or a7) then 1
         when b0 and b1 and b2 and (b3 or b4 or b5) then 2
         when c0 or (c1 and c2) or (c3 and c4) then 3 else 4 end as raw,
    coalesce(case before
      when 1 then annual_amount >= 9000000000 and coop_days >= 657 and on_time_ratio >= 0.765 and a3
        and ((growth_1 > 0.18 and growth_2 > 0.18) or ahead < 0.88 or profit_share >= 0.0009)
      when 2 then annual_amount >= 1800000000 and on_time_ratio >= 0.63 and longest_gap <= 198
        and (active_months >= 5.4 or potential >= 540000 or b5)
      when 3 then annual_amount >= 180000000 or (r_class >= 3.6 and f_class >= 2.7)
        or (volatility <= 0.88 and complaints <= 1.1) end, false) as near
  from told),
moved as (
  select *, case when before is null then raw when raw > before and near then before
                 else greatest(least(raw, before + 1), before - 1) end as limited
  from ruled),
raised as (select *, case when strategic then least(limited, 2) else limited end as floored from moved)
select * exclude (near, limited, floored),
  case when blacklisted then 4 when max_overdue > 180 then greatest(floored, 3) else floored end as rank,
  ['A', 'B', 'C', 'D'][case when blacklisted then 4 when max_overdue > 180 then greatest(floored, 3) else floored end]
    as grade
from raised;
