-- Every table that evidence and figures are served from, whole, for auditors (db/projections.py).
--
-- Each statement answers rows of one table as JSON text, in the order of its primary key: `line` is the row, `mark` its
-- key.  $1 is the journal, $2 how many; from $3 the key after which to go on, each part null at the beginning.

-- name: plan_each
-- Plan each statement for its own arguments: `null` then costs nothing, and a mark is an index range.
select set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: reached
-- The journal's size: what its head says, or, should the head be missing, what its leaves do.
select coalesce(
    (select size from head where journal = $1), (select max(position) + 1 from leaf where journal = $1), 0
);

-- name: leaf
-- Rows of leaf.
select
    json_build_object(
        'position', position, 'hash', encode(hash, 'hex')
    )::text as line,
    json_build_array(position)::text as mark
from leaf
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: record
-- Rows of record.
select
    json_build_object(
        'noun', noun, 'id', id, 'version', version, 'position', position, 'content', encode(content, 'hex'),
        'digest', encode(digest, 'hex')
    )::text as line,
    json_build_array(noun, id, version)::text as mark
from record
where journal = $1 and ($3::text is null or (noun, id, version) > ($3::text, $4::text, $5::bigint))
order by noun, id, version
limit $2;

-- name: reference_list
-- Rows of reference_list.
select
    json_build_object(
        'name', name, 'edition', edition, 'position', position, 'content', encode(content, 'hex'),
        'digest', encode(digest, 'hex')
    )::text as line,
    json_build_array(name, edition)::text as mark
from reference_list
where journal = $1 and ($3::text is null or (name, edition) > ($3::text, $4::text))
order by name, edition
limit $2;

-- name: import_row
-- Rows of import_row.
select
    json_build_object(
        'batch', batch, 'row_number', row_number, 'position', position, 'content', encode(content, 'hex'),
        'digest', encode(digest, 'hex')
    )::text as line,
    json_build_array(batch, row_number)::text as mark
from import_row
where journal = $1 and ($3::text is null or (batch, row_number) > ($3::text, $4::bigint))
order by batch, row_number
limit $2;

-- name: checkpoint
-- Rows of checkpoint.
select
    json_build_object(
        'size', size, 'root', encode(root, 'hex'), 'note', note
    )::text as line,
    json_build_array(size)::text as mark
from checkpoint
where journal = $1 and ($3::bigint is null or size > $3::bigint)
order by size
limit $2;

-- name: head
-- Rows of head.
select
    json_build_object(
        'size', size, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'last', encode(last, 'hex'), 'root', encode(root, 'hex'),
        'frontier', (
            select coalesce(json_agg(encode(part, 'hex') order by n), '[]'::json)
            from unnest(frontier) with ordinality as parts (part, n)
        )
    )::text as line,
    json_build_array()::text as mark
from head
where journal = $1
order by size
limit $2;

-- name: tile
-- Rows of tile.
select
    json_build_object(
        'level', tile.level, 'number', tile.number, 'nodes', encode(tile.nodes, 'hex')
    )::text as line,
    json_build_array(tile.level, tile.number)::text as mark
from tile
where tile.journal = $1 and ($3::bigint is null or (tile.level, tile.number) > ($3::bigint, $4::bigint))
order by tile.level, tile.number
limit $2;

-- name: command
-- Rows of command.
select
    json_build_object(
        'id', id, 'position', position
    )::text as line,
    json_build_array(id)::text as mark
from command
where journal = $1 and ($3::text is null or id > $3::text::uuid)
order by id
limit $2;

-- name: entry
-- Rows of entry.
select
    json_build_object(
        'position', position, 'kind', kind, 'mode', mode,
        'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'effective', effective,
        'organization', organization, 'actor', actor, 'command', command, 'corrects', corrects,
        'breaches', breaches, 'prior_period', prior_period, 'resolves', resolves,
        'attested', attested
    )::text as line,
    json_build_array(position)::text as mark
from entry
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: posting
-- Rows of posting.
select
    json_build_object(
        'position', position, 'book', book, 'n', n, 'asset', asset, 'amount', amount, 'from_account', from_account,
        'from_seq', from_seq, 'from_in', from_in, 'from_out', from_out, 'to_account', to_account, 'to_seq', to_seq,
        'to_in', to_in, 'to_out', to_out, 'purpose', purpose, 'region', region, 'project', project,
        'category', category, 'cost', cost
    )::text as line,
    json_build_array(position, book, n)::text as mark
from posting
where journal = $1 and ($3::bigint is null or (position, book, n) > ($3::bigint, $4::text, $5::bigint))
order by position, book, n
limit $2;

-- name: slice
-- Rows of slice.
select
    json_build_object(
        'position', position, 'posting', posting, 'n', n, 'source', source, 'lo', lo, 'hi', hi, 'target', target,
        'landed', landed, 'landed_hi', landed_hi
    )::text as line,
    json_build_array(position, posting, n)::text as mark
from slice
where journal = $1 and ($3::bigint is null or (position, posting, n) > ($3::bigint, $4::bigint, $5::bigint))
order by position, posting, n
limit $2;

-- name: account
-- Rows of account.
select
    json_build_object(
        'id', id, 'book', book, 'class', class, 'organization', organization, 'asset', asset,
        'restriction', restriction, 'project', project, 'position', position, 'seq', seq, 'total_in', total_in,
        'total_out', total_out, 'received', received, 'fees', fees, 'free', free, 'batches', batches,
        'status', status, 'reserved', reserved, 'pinned', pinned, 'recipient', recipient,
        'government', government
    )::text as line,
    json_build_array(id)::text as mark
from account
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: restriction
-- Rows of restriction.
select
    json_build_object(
        'id', id, 'organization', organization, 'purposes', purposes, 'region', region, 'project', project,
        'categories', categories, 'valid_from', valid_from, 'valid_until', valid_until, 'fee_cap', fee_cap,
        'position', position, 'investment', investment
    )::text as line,
    json_build_array(id)::text as mark
from restriction
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: lot
-- Rows of lot.
select
    json_build_object(
        'asset', asset, 'organization', organization, 'position', position, 'expires', expires, 'basis', basis,
        'value', value, 'value_asset', value_asset, 'quantity', quantity, 'valued_on', valued_on, 'valuer', valuer
    )::text as line,
    json_build_array(asset)::text as mark
from lot
where journal = $1 and ($3::text is null or asset > $3::text)
order by asset
limit $2;

-- name: import_batch
-- Rows of import_batch.
select
    json_build_object(
        'id', id, 'organization', organization, 'file_digest', encode(file_digest, 'hex'),
        'rows_digest', encode(rows_digest, 'hex'), 'row_count', row_count, 'total', total, 'asset', asset,
        'opened', opened, 'closed', closed
    )::text as line,
    json_build_array(id)::text as mark
from import_batch
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: evidence
-- Rows of evidence.
select
    json_build_object(
        'id', id, 'digest', encode(digest, 'hex'), 'size', size, 'media_type', media_type, 'subject', subject,
        'position', position
    )::text as line,
    json_build_array(id)::text as mark
from evidence
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: delivery
-- Rows of delivery.
select
    json_build_object(
        'id', id, 'subject', subject, 'method', method, 'confirmation', confirmation, 'persons', persons,
        'region', region, 'category', category, 'position', position
    )::text as line,
    json_build_array(id)::text as mark
from delivery
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: period
-- Rows of period.
select
    json_build_object('position', position, 'organization', organization, 'through', through)::text as line,
    json_build_array(position)::text as mark
from period
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: approval_term
-- Rows of approval_term.
select
    json_build_object(
        'position', position, 'organization', organization, 'what', what, 'subject', subject, 'value', value
    )::text as line,
    json_build_array(position)::text as mark
from approval_term
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: memorandum
-- Rows of memorandum.
select
    json_build_object(
        'id', id, 'kind', kind, 'position', position, 'organization', organization, 'effective', effective,
        'asset', asset, 'amount', amount, 'persons', persons, 'counterparty', counterparty,
        'party', encode(party, 'hex'), 'due', due, 'restriction', restriction, 'project', project,
        'campaign', campaign, 'region', region, 'purpose', purpose, 'product', product, 'seller', seller,
        'sale', sale, 'correction', correction, 'posting', posting, 'evidence', encode(evidence, 'hex'),
        'reference', reference
    )::text as line,
    json_build_array(id)::text as mark
from memorandum
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: memorandum_step
-- Rows of memorandum_step.
select
    json_build_object(
        'position', position, 'memorandum', memorandum, 'step', step, 'effective', effective, 'payment', payment,
        'amount', amount, 'ground', ground, 'evidence', encode(evidence, 'hex'), 'reference', reference
    )::text as line,
    json_build_array(position)::text as mark
from memorandum_step
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: restriction_change
-- Rows of restriction_change.
select
    json_build_object(
        'position', position, 'organization', organization, 'effective', effective, 'restriction', restriction,
        'target', target, 'asset', asset, 'amount', amount, 'basis', basis, 'evidence', encode(evidence, 'hex'),
        'reference', reference
    )::text as line,
    json_build_array(position)::text as mark
from restriction_change
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: agreement
-- Rows of agreement.
select
    json_build_object(
        'id', id, 'position', position, 'organization', organization, 'effective', effective,
        'digest', encode(digest, 'hex'), 'counterparty', counterparty, 'partner', partner,
        'restriction', restriction, 'asset', asset, 'amount', amount, 'valid_from', valid_from,
        'valid_until', valid_until, 'fee_clause', fee_clause, 'fee_base', fee_base, 'fee_rate', fee_rate,
        'fee_moment', fee_moment, 'fee_cap', fee_cap
    )::text as line,
    json_build_array(id)::text as mark
from agreement
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: agreement_milestone
-- Rows of agreement_milestone.
select
    json_build_object(
        'agreement', agreement, 'n', n, 'milestone', milestone, 'due', due, 'amount', amount, 'position', position
    )::text as line,
    json_build_array(agreement, n)::text as mark
from agreement_milestone
where journal = $1 and ($3::text is null or (agreement, n) > ($3::text, $4::bigint))
order by agreement, n
limit $2;

-- name: milestone_reached
-- Rows of milestone_reached.
select
    json_build_object(
        'position', position, 'agreement', agreement, 'milestone', milestone, 'evidence', encode(evidence, 'hex'),
        'reference', reference
    )::text as line,
    json_build_array(position)::text as mark
from milestone_reached
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: reliance
-- Rows of reliance.
select
    json_build_object(
        'position', position, 'noun', noun, 'key', key
    )::text as line,
    json_build_array(position)::text as mark
from reliance
where journal = $1 and ($3::bigint is null or position > $3::bigint)
order by position
limit $2;

-- name: fact
-- Rows of fact.
select
    json_build_object(
        'id', id, 'kind', kind, 'position', position, 'organization', organization, 'effective', effective,
        'digest', encode(digest, 'hex'), 'topic', topic, 'body', body, 'number', number, 'account', account,
        'lines', lines, 'root', encode(root, 'hex'), 'size', size, 'population', population, 'drawn', drawn,
        'committed', committed, 'seed', encode(seed, 'hex'), 'commitment', encode(commitment, 'hex'),
        'valid_from', valid_from, 'valid_until', valid_until, 'opening', opening, 'incoming', incoming,
        'outgoing', outgoing, 'closing', closing
    )::text as line,
    json_build_array(id)::text as mark
from fact
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: organization
-- Rows of organization.
select
    json_build_object(
        'id', id, 'version', version, 'position', position, 'uscc', uscc, 'name', name, 'name_en', name_en,
        'kind', kind, 'legal_form', legal_form, 'level', level, 'management_mode', management_mode,
        'registration_authority', registration_authority, 'supervising_body', supervising_body, 'region', region,
        'identifiers', identifiers
    )::text as line,
    json_build_array(id)::text as mark
from organization
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: organization_status
-- Rows of organization_status.
select
    json_build_object(
        'organization', organization, 'n', n, 'kind', kind, 'valid_from', valid_from, 'valid_until', valid_until
    )::text as line,
    json_build_array(organization, n)::text as mark
from organization_status
where journal = $1 and ($3::text is null or (organization, n) > ($3::text, $4::bigint))
order by organization, n
limit $2;

-- name: project
-- Rows of project.
select
    json_build_object(
        'id', id, 'version', version, 'position', position, 'organization', organization, 'code', code,
        'name', name, 'name_en', name_en, 'purpose', purpose, 'region', region, 'starts', starts, 'ends', ends,
        'status', status, 'identifiers', identifiers
    )::text as line,
    json_build_array(id)::text as mark
from project
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: beneficiary
-- Rows of beneficiary.
select
    json_build_object(
        'id', id, 'version', version, 'position', position, 'organization', organization, 'kind', kind,
        'region', region
    )::text as line,
    json_build_array(id)::text as mark
from beneficiary
where journal = $1 and ($3::text is null or id > $3::text)
order by id
limit $2;

-- name: beneficiary_category
-- Rows of beneficiary_category.
select
    json_build_object(
        'beneficiary', beneficiary, 'n', n, 'category', category, 'valid_from', valid_from,
        'valid_until', valid_until
    )::text as line,
    json_build_array(beneficiary, n)::text as mark
from beneficiary_category
where journal = $1 and ($3::text is null or (beneficiary, n) > ($3::text, $4::bigint))
order by beneficiary, n
limit $2;

-- name: domain_record
-- Rows of domain_record.
select
    json_build_object(
        'noun', noun, 'id', id, 'version', version, 'position', position, 'organization', organization,
        'project', project, 'body', body::text
    )::text as line,
    json_build_array(noun, id)::text as mark
from domain_record
where journal = $1 and ($3::text is null or (noun, id) > ($3::text, $4::text))
order by noun, id
limit $2;

-- name: region
-- Rows of region, of the editions that this journal loaded, and of those that none did.
select
    json_build_object(
        'edition', l.edition, 'code', l.code, 'name', l.name, 'level', l.level, 'parent', l.parent, 'path', l.path,
        'valid_from', l.valid_from
    )::text as line,
    json_build_array(l.edition, l.code)::text as mark
from region as l
where
    ($3::text is null or (l.edition, l.code) > ($3::text, $4::text))
    and (
        l.edition in (select r.edition from reference_list as r where r.journal = $1 and r.name = 'regions')
        or l.edition not in (select r.edition from reference_list as r where r.name = 'regions')
    )
order by l.edition, l.code
limit $2;

-- name: region_predecessor
-- Rows of region_predecessor, of the editions that this journal loaded, and of those that none did.
select
    json_build_object(
        'edition', l.edition, 'code', l.code, 'previous_edition', l.previous_edition,
        'previous_code', l.previous_code
    )::text as line,
    json_build_array(l.edition, l.code, l.previous_edition, l.previous_code)::text as mark
from region_predecessor as l
where
    (
        $3::text is null
        or (l.edition, l.code, l.previous_edition, l.previous_code) > ($3::text, $4::text, $5::text, $6::text)
    )
    and (
        l.edition in (select r.edition from reference_list as r where r.journal = $1 and r.name = 'regions')
        or l.edition not in (select r.edition from reference_list as r where r.name = 'regions')
    )
order by l.edition, l.code, l.previous_edition, l.previous_code
limit $2;

-- name: poverty_county
-- Rows of poverty_county, of the editions that this journal loaded, and of those that none did.
select
    json_build_object(
        'edition', l.edition, 'code', l.code, 'valid_from', l.valid_from, 'valid_until', l.valid_until
    )::text as line,
    json_build_array(l.edition, l.code, l.valid_from::text)::text as mark
from poverty_county as l
where
    ($3::text is null or (l.edition, l.code, l.valid_from::text) > ($3::text, $4::text, $5::text))
    and (
        l.edition in (select r.edition from reference_list as r where r.journal = $1 and r.name = 'poverty-counties')
        or l.edition not in (select r.edition from reference_list as r where r.name = 'poverty-counties')
    )
order by l.edition, l.code, l.valid_from::text
limit $2;

-- name: focus_area
-- Rows of focus_area, of the editions that this journal loaded, and of those that none did.
select
    json_build_object(
        'edition', l.edition, 'code', l.code, 'parent', l.parent, 'name', l.name, 'name_en', l.name_en,
        'valid_from', l.valid_from, 'valid_until', l.valid_until
    )::text as line,
    json_build_array(l.edition, l.code)::text as mark
from focus_area as l
where
    ($3::text is null or (l.edition, l.code) > ($3::text, $4::text))
    and (
        l.edition in (select r.edition from reference_list as r where r.journal = $1 and r.name = 'focus-areas')
        or l.edition not in (select r.edition from reference_list as r where r.name = 'focus-areas')
    )
order by l.edition, l.code
limit $2;

-- name: reference
-- The content of one loaded list, as it was loaded.
select content
from reference_list
where journal = $1 and name = $2 and edition = $3;
