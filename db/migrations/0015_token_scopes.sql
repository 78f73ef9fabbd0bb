-- What a token may do besides reading: some of its role's actions, or all of them where nothing is said.

set local role mingzhang_migrator;

alter table token add column scopes text[];

drop function token_by_digest(bytea);
create function token_by_digest(wanted bytea)
returns table (
    id uuid,
    role text,
    organization text,
    region text,
    expires timestamptz,
    revoked timestamptz,
    scopes text[]
)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select
        token.id,
        token.role,
        token.organization,
        token.region,
        token.expires,
        token.revoked,
        token.scopes
    from public.token
    where token.digest = wanted;
$$;
comment on function token_by_digest(bytea) is 'lets the reader recognise a token without reading any digest';
revoke all on function token_by_digest(bytea) from public;
grant execute on function token_by_digest(bytea) to mingzhang_door, mingzhang_reader;

select fence_tables();
