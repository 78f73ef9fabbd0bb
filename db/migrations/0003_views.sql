-- Views that reads need: one row of an account's statement is one posting, seen from one of its two accounts.

set local role mingzhang_migrator;

create view statement_line with (security_invoker = true) as
select
    journal, to_account as account, to_seq as seq, 'in' as direction, position, book, n, asset, amount,
    to_in as total_in, to_out as total_out, from_account as other
from posting
union all
select
    journal, from_account as account, from_seq as seq, 'out' as direction, position, book, n, asset, amount,
    from_in as total_in, from_out as total_out, to_account as other
from posting;
comment on view statement_line is 'projection: postings in account sequence, with the account''s running totals';

grant select on statement_line to mingzhang_reader, mingzhang_door;

create function regions_below(outside text) returns setof text
language sql stable set search_path = public, pg_temp
as $$
    with recursive below (edition, code) as (
        select region.edition, region.code
        from region
        where region.code = split_part(outside, '@', 1)
            and split_part(outside, '@', 2) in ('', region.edition)
        union
        -- Earlier names of exactly this region: predecessors that went into no other.
        select past.previous_edition, past.previous_code
        from region_predecessor as past
        where past.code = split_part(outside, '@', 1)
            and split_part(outside, '@', 2) in ('', past.edition)
            and not exists (
                select from region_predecessor as other
                where other.previous_edition = past.previous_edition and other.previous_code = past.previous_code
                    and (other.edition, other.code) <> (past.edition, past.code)
            )
        union
        select further.edition, further.code
        from below
        cross join lateral (
            select region.edition, region.code
            from region
            where region.edition = below.edition and region.parent = below.code
            union all
            select later.edition, later.code
            from region_predecessor as later
            where later.previous_edition = below.edition and later.previous_code = below.code
        ) as further
    )
    select code || '@' || edition from below;
$$;
comment on function regions_below(text) is
'a region and all below it, as code@edition, by the links of the loaded lists (ledger/regions.py) and never by prefix';

create index region_by_parent on region (edition, parent);
create index region_predecessor_by_previous on region_predecessor (previous_edition, previous_code);

select fence_tables();
