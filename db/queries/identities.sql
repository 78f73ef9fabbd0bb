-- Who a bearer of a token is (db/identities.py).

-- name: token_by_digest
-- Recognise a token by its SHA-256, without being able to read any digest.
select id, role, organization, region, expires, revoked, scopes
from token_by_digest($1);

-- name: tokens_by_id
-- What is true of tokens now, for whoever remembers them.
select id, role, organization, region, expires, revoked, scopes
from token
where id = any($1::uuid[]);

-- name: has_administrator
-- Whether anybody can administer this installation.
select exists(
    select from token
    where role = 'administrator' and revoked is null and (expires is null or expires > now())
);

-- name: insert_token
-- A new token, by its digest alone.
insert into token (id, digest, role, organization, region, label, created, expires, scopes)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: answers
-- Whether the database answers.
select 1;

-- name: all_tokens
-- Every token, without its digest, newest first.
select id, role, organization, region, label, created, expires, revoked, last_used, scopes
from token
order by created desc, id asc;

-- name: revoke_token
-- Let a token count no more; answers its id if there was one to revoke.
update token
set revoked = $2
where id = $1 and revoked is null
returning id;

-- name: used
-- When tokens were used last, as far as the processes have told.
update token
set last_used = greatest(token.last_used, used.at)
from unnest($1::uuid[], $2::timestamptz[]) as used (id, at)
where token.id = used.id;
