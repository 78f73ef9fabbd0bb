-- Webhooks and what became of their deliveries (db/webhooks.py); all as the door.

-- name: add
-- A new webhook.
insert into webhook (
    journal, id, role, organization, token, label, address, query, variables, position, state, due, created
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'active', $11, $11);

-- name: add_secret
-- A new secret.
insert into webhook_secret (journal, webhook, made, secret)
values ($1, $2, $3, $4);

-- name: drop_secrets
-- Forget the secrets that were replaced before $3.
delete from webhook_secret as old
where old.journal = $1 and old.webhook = $2 and exists (
    select from webhook_secret as new
    where new.journal = old.journal and new.webhook = old.webhook and new.made > old.made and new.made < $3
);

-- name: secrets
-- What bodies are signed with now, the newest first; those that were replaced count for a while.
select secret
from (
    select
        secret,
        made,
        lead(made) over (order by made) as replaced
    from webhook_secret
    where journal = $1 and webhook = $2
) as known
where replaced is null or replaced > $3
order by made desc;

-- name: found
-- Webhooks of an organization, or all (null), the newest first.
select
    id, role, organization, token, label, address, query, variables, position, state, reason, failures, due, created
from webhook
where journal = $1 and ($2::text is null or organization = $2) and ($3::uuid is null or id = $3)
order by created desc, id asc;

-- name: log
-- The newest attempts of a webhook.
select position, at, status, trouble, milliseconds
from webhook_delivery
where journal = $1 and webhook = $2
order by n desc
limit $3;

-- name: due
-- Webhooks that have something to do, and that nobody tends.
select id
from webhook
where
    journal = $1 and state = 'active' and due <= $2 and position < $3
    and (leased_until is null or leased_until <= $2)
order by due asc
limit 16;

-- name: take
-- Tend a webhook until $4, if nobody else does; answers it, and whether its registrar's token still counts.
update webhook
set lease = $3, leased_until = $4
where
    webhook.journal = $1 and webhook.id = $2 and webhook.state = 'active' and webhook.due <= $5
    and (webhook.leased_until is null or webhook.leased_until <= $5 or webhook.lease = $3)
returning
    webhook.id, webhook.role, webhook.organization, webhook.token, webhook.label, webhook.address, webhook.query,
    webhook.variables, webhook.position, webhook.state, webhook.reason, webhook.failures, webhook.due, webhook.created,
    (
        webhook.token is null or exists (
            select from token as t
            where t.id = webhook.token and t.revoked is null and (t.expires is null or t.expires > $5)
        )
    ) as trusted;

-- name: advance
-- It has got so far, and goes on being tended until $5; answers nothing where somebody else tends it, or it is over.
update webhook
set position = $4, leased_until = $5, failures = 0, reason = null
where journal = $1 and id = $2 and lease = $3 and state = 'active'
returning position;

-- name: leave
-- Tend it no more: until it is due again, or for good.
update webhook
set lease = null, leased_until = null, failures = $4, due = $5, state = $6, reason = $7
where journal = $1 and id = $2 and lease = $3 and state = 'active';

-- name: revoke
-- Tell it no more, ever.
update webhook
set state = 'revoked', lease = null, leased_until = null
where journal = $1 and id = $2 and state <> 'revoked'
returning id;

-- name: replay
-- Tell it again from a position on, or go on where it was paused (null).
update webhook
set
    position = coalesce($3, position), state = 'active', failures = 0, reason = null, due = $4, lease = null,
    leased_until = null
where journal = $1 and id = $2 and state <> 'revoked'
returning id;

-- name: note
-- What became of an attempt.
insert into webhook_delivery (journal, webhook, position, at, status, trouble, milliseconds)
values ($1, $2, $3, $4, $5, $6, $7);

-- name: bound
-- Keep the newest $3 attempts.
delete from webhook_delivery
where journal = $1 and webhook = $2 and n <= (
    select n from webhook_delivery
    where journal = $1 and webhook = $2
    order by n desc
    limit 1 offset $3
);
