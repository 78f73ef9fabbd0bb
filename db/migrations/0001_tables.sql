-- The tables of the house, in four classes (LEDGER.md section 6):
--   evidence     append only; bound by a leaf, or a leaf itself
--   projection   derived from leaves and records; written by the door alone, compared by the verifier
--   vault        personal data; ciphertext only; deleted by the eraser alone
--   operational  carries no evidence
-- Every table but the listed lookups is keyed by journal first. Amounts, totals and positions are
-- bigint minor units / counts; times are timestamptz (UTC); dates are the journal's civil dates.

create table journal (
    id integer primary key,
    name text not null unique,
    origin text not null unique
);
comment on table journal is 'operational: the journals of this database, by number and by C2SP origin';

-- Evidence ------------------------------------------------------------------------------------

create table leaf (
    journal integer not null references journal (id),
    position bigint not null check (position >= 0),
    leaf bytea not null check (octet_length(leaf) between 2 and 65535),
    hash bytea not null check (octet_length(hash) = 32),
    primary key (journal, position)
) partition by range (position);
comment on table leaf is 'evidence: the canonical bytes of every entry and their leaf hash';

create table record (
    journal integer not null references journal (id),
    noun text not null,
    id text not null,
    version integer not null check (version > 0),
    position bigint not null,
    content bytea not null,
    digest bytea not null check (octet_length(digest) = 32),
    primary key (journal, noun, id, version)
);
comment on table record is 'evidence: every version of every record; a leaf holds its digest';
create index record_by_position on record (journal, position);

create table reference_list (
    journal integer not null references journal (id),
    name text not null,
    edition text not null,
    position bigint not null,
    content bytea not null,
    digest bytea not null check (octet_length(digest) = 32),
    primary key (journal, name, edition)
);
comment on table reference_list is
'evidence: loaded lists (regions, focus areas, poverty counties); a leaf holds the digest';

create table import_row (
    journal integer not null references journal (id),
    batch text not null,
    row_number integer not null,
    position bigint not null,
    content bytea not null,
    digest bytea not null check (octet_length(digest) = 32),
    primary key (journal, batch, row_number)
);
comment on table import_row is
'evidence: what the source row said, without persons; the entry''s leaf holds the digest';
create index import_row_by_position on import_row (journal, position);

create table checkpoint (
    journal integer not null references journal (id),
    size bigint not null check (size > 0),
    root bytea not null check (octet_length(root) = 32),
    note text not null,
    primary key (journal, size)
);
comment on table checkpoint is 'evidence: every signed head that was published';

-- Projections ---------------------------------------------------------------------------------

create table head (
    journal integer primary key references journal (id),
    size bigint not null,
    at timestamptz not null,
    last bytea not null,
    root bytea not null,
    frontier bytea[] not null
);
comment on table head is 'projection: the end of the journal; the one row that an append locks';

create table tile (
    journal integer not null references journal (id),
    level integer not null,
    number bigint not null,
    nodes bytea not null,
    primary key (journal, level, number)
);
comment on table tile is 'projection: hash tiles (c2sp.org/tlog-tiles); the last of each level is still growing';

create table command (
    journal integer not null references journal (id),
    id uuid not null,
    position bigint not null,
    primary key (journal, id)
);
comment on table command is 'projection: which entry an accepted command became';

create table entry (
    journal integer not null references journal (id),
    position bigint not null,
    kind text not null,
    mode text not null,
    at timestamptz not null,
    effective date not null,
    organization text,
    actor text not null,
    command uuid not null,
    corrects bigint,
    breaches integer not null default 0,
    primary key (journal, position)
);
comment on table entry is 'projection: what every leaf says about itself';
create index entry_by_organization on entry (journal, organization, position);
create index entry_by_kind on entry (journal, kind, position);
create index entry_by_effective on entry (journal, effective, position);
create index entry_by_corrected on entry (journal, corrects) where corrects is not null;

create table posting (
    journal integer not null references journal (id),
    position bigint not null,
    book text not null check (book in ('fund', 'custody')),
    n integer not null,
    asset text not null,
    amount bigint not null check (amount > 0),
    from_account text not null,
    from_seq bigint not null,
    from_in bigint not null,
    from_out bigint not null,
    to_account text not null,
    to_seq bigint not null,
    to_in bigint not null,
    to_out bigint not null,
    purpose text,
    region text,
    project text,
    category text,
    cost text,
    primary key (journal, position, book, n)
);
comment on table posting is 'projection: every leg of every entry, with both accounts'' sequence and totals';
create index posting_from on posting (journal, from_account, from_seq);
create index posting_to on posting (journal, to_account, to_seq);

create table slice (
    journal integer not null references journal (id),
    position bigint not null,
    posting integer not null,
    n integer not null,
    source text not null,
    lo bigint not null,
    hi bigint not null check (hi > lo),
    target text not null,
    landed bigint not null,
    landed_hi bigint not null check (landed_hi > landed),
    primary key (journal, position, posting, n)
);
comment on table slice is
'projection: units [lo, hi) of the source axis landed at [landed, landed_hi) of the target axis';
create index slice_by_source on slice (journal, source, lo) include (hi, position);
create index slice_by_target on slice (journal, target, landed) include (landed_hi, position);

create table account (
    journal integer not null references journal (id),
    id text not null,
    book text not null check (book in ('fund', 'custody')),
    class text not null,
    organization text not null,
    asset text not null,
    restriction text,
    project text,
    position bigint not null,
    seq bigint not null,
    total_in bigint not null,
    total_out bigint not null,
    received bigint not null,
    fees bigint not null,
    free bigint[] not null,
    batches text[] not null,
    primary key (journal, id)
);
comment on table account is 'projection: terms and running state; free holds (place, lo, hi) triples in queue order';
create index account_by_organization on account (journal, organization, id);
create index account_by_restriction on account (journal, restriction);
create index account_by_project on account (journal, project);

create table restriction (
    journal integer not null references journal (id),
    id text not null,
    organization text not null,
    purposes text[] not null,
    region text,
    project text,
    categories text[] not null,
    valid_from date,
    valid_until date,
    fee_cap integer,
    position bigint not null,
    primary key (journal, id)
);
comment on table restriction is 'projection: what donated money may be used for; fee_cap in basis points';
create index restriction_by_organization on restriction (journal, organization, id);

create table import_batch (
    journal integer not null references journal (id),
    id text not null,
    organization text not null,
    file_digest bytea not null,
    rows_digest bytea not null,
    row_count integer not null,
    total bigint not null,
    asset text not null,
    opened bigint not null,
    closed bigint,
    primary key (journal, id)
);
comment on table import_batch is 'projection: files that were imported; total in minor units of asset';
create unique index import_batch_by_rows on import_batch (journal, organization, rows_digest);

create table evidence (
    journal integer not null references journal (id),
    id text not null,
    digest bytea not null,
    size bigint not null,
    media_type text not null,
    subject bigint not null,
    position bigint not null,
    primary key (journal, id)
);
comment on table evidence is 'projection: documents attached to entry `subject`, by SHA-256';
create index evidence_by_subject on evidence (journal, subject);

create table delivery (
    journal integer not null references journal (id),
    id text not null,
    subject bigint not null,
    method text not null,
    confirmation text not null,
    persons integer not null,
    region text,
    category text,
    position bigint not null,
    primary key (journal, id)
);
comment on table delivery is 'projection: confirmed deliveries of disbursement `subject`: method x confirmation';
create index delivery_by_subject on delivery (journal, subject);

create table organization (
    journal integer not null references journal (id),
    id text not null,
    version integer not null,
    position bigint not null,
    uscc text,
    name text not null,
    name_en text,
    kind text not null,
    legal_form text,
    level text,
    management_mode text,
    registration_authority text,
    supervising_body text,
    region text,
    identifiers text[] not null,
    primary key (journal, id)
);
comment on table organization is 'projection: the newest version of every organization record';
create unique index organization_by_uscc on organization (journal, uscc) where uscc is not null;
create index organization_by_name on organization (journal, name, id);

create table organization_status (
    journal integer not null references journal (id),
    organization text not null,
    n integer not null,
    kind text not null,
    valid_from date not null,
    valid_until date,
    primary key (journal, organization, n)
);
comment on table organization_status is 'projection: effective-dated status and qualifications of the newest version';

create table project (
    journal integer not null references journal (id),
    id text not null,
    version integer not null,
    position bigint not null,
    organization text not null,
    code text not null,
    name text not null,
    name_en text,
    purpose text,
    region text,
    starts date,
    ends date,
    status text not null,
    identifiers text[] not null,
    primary key (journal, id)
);
comment on table project is 'projection: the newest version of every project record';
create unique index project_by_code on project (journal, organization, code);
create index project_by_name on project (journal, name, id);

create table beneficiary (
    journal integer not null references journal (id),
    id text not null,
    version integer not null,
    position bigint not null,
    organization text not null,
    kind text not null,
    region text,
    primary key (journal, id)
);
comment on table beneficiary is 'projection: pseudonymous beneficiaries (person, household, place); no personal data';
create index beneficiary_by_organization on beneficiary (journal, organization, id);

create table beneficiary_category (
    journal integer not null references journal (id),
    beneficiary text not null,
    n integer not null,
    category text not null,
    valid_from date not null,
    valid_until date,
    primary key (journal, beneficiary, n)
);
comment on table beneficiary_category is 'projection: categories by date of the newest version';

-- Vault ---------------------------------------------------------------------------------------

create table person (
    journal integer not null references journal (id),
    id uuid not null,
    wrapped_key bytea not null,
    matched bytea,
    primary key (journal, id)
);
comment on table person is 'vault: one data key per person, wrapped by the key-encryption key; keyed hash for matching';
create index person_by_match on person (journal, matched) where matched is not null;

create table personal (
    journal integer not null references journal (id),
    commitment bytea not null check (octet_length(commitment) = 32),
    person uuid not null,
    position bigint not null,
    nonce bytea not null,
    ciphertext bytea not null,
    primary key (journal, commitment),
    foreign key (journal, person) references person (journal, id) on delete cascade
);
comment on table personal is 'vault: salt and data behind one commitment, AES-256-GCM under the person''s key';

-- Operational ---------------------------------------------------------------------------------

create table import_decision (
    journal integer not null references journal (id),
    position bigint not null,
    batch text not null,
    row_number integer not null,
    reason text not null,
    suggestion jsonb,
    resolved bigint,
    primary key (journal, position)
);
comment on table import_decision is 'operational: imported donations that await a decision on their earmark';

create table verification (
    journal integer not null references journal (id),
    finished timestamptz not null,
    size bigint not null,
    verdict text not null,
    findings jsonb not null,
    primary key (journal, finished)
);
comment on table verification is 'operational: completed background replays';

create table token (
    id uuid primary key,
    digest bytea not null unique,
    role text not null,
    organization text,
    region text,
    label text not null,
    created timestamptz not null,
    expires timestamptz,
    revoked timestamptz,
    last_used timestamptz
);
comment on table token is 'operational: API tokens, hashed';

-- Lookups (not keyed by journal) -----------------------------------------------------------------

create table region (
    edition text not null,
    code text not null,
    name text not null,
    level text not null,
    parent text,
    path text[] not null,
    valid_from date not null,
    primary key (edition, code)
);
comment on table region is 'lookup: GB/T 2260 codes by edition; path holds the codes from the province down to itself';

create table region_predecessor (
    edition text not null,
    code text not null,
    previous_edition text not null,
    previous_code text not null,
    primary key (edition, code, previous_edition, previous_code)
);
comment on table region_predecessor is 'lookup: which region of an earlier edition a region continues';

create table poverty_county (
    edition text not null,
    code text not null,
    valid_from date not null,
    valid_until date,
    primary key (edition, code, valid_from)
);
comment on table poverty_county is 'lookup: counties marked as poverty counties, by date';

create table focus_area (
    edition text not null,
    code text not null,
    parent text,
    name text not null,
    name_en text not null,
    valid_from date not null,
    valid_until date,
    primary key (edition, code)
);
comment on table focus_area is 'lookup: focus areas and sub-activities (notice, part 3), a dated two-level codelist';
