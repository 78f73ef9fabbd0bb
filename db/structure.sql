-- What a migrated database looks like on every supported PostgreSQL. Written by tests/db/regenerate.py, not by hand:
--     python -m tests.db.regenerate
-- `db/catalog.py` compares every database with it at start.

-- [event trigger] guard_ddl
create event trigger guard_ddl on ddl_command_start execute function public.guard_ddl();
alter event trigger guard_ddl enable always;

-- [role] mingzhang_door
create role mingzhang_door with nosuperuser nocreaterole nocreatedb noreplication nobypassrls;

-- [role] mingzhang_eraser
create role mingzhang_eraser with nosuperuser nocreaterole nocreatedb noreplication nobypassrls;

-- [member] mingzhang_migrator | mingzhang_partitioner
grant mingzhang_partitioner to mingzhang_migrator;

-- [role] mingzhang_migrator
create role mingzhang_migrator with nosuperuser nocreaterole nocreatedb noreplication nobypassrls;

-- [role] mingzhang_partitioner
create role mingzhang_partitioner with nosuperuser nocreaterole nocreatedb noreplication nobypassrls;

-- [role] mingzhang_reader
create role mingzhang_reader with nosuperuser nocreaterole nocreatedb noreplication nobypassrls;

-- [relation] public.account
create table public.account (
    journal integer not null,
    id text not null,
    book text not null,
    class text not null,
    organization text not null,
    asset text not null,
    restriction text,
    project text,
    "position" bigint not null,
    seq bigint not null,
    total_in bigint not null,
    total_out bigint not null,
    received bigint not null,
    fees bigint not null,
    free bigint[] not null,
    batches text[] not null,
    status text not null default 'open'::text,
    reserved bigint not null default 0,
    pinned bigint[] not null default '{}'::bigint[],
    recipient text,
    government bigint
);

-- [comment] public.account
comment on table public.account is 'projection: terms and running state; free holds (place, lo, hi) triples in queue order';

-- [constraint] public.account | account_book_check
alter table public.account add constraint account_book_check CHECK ((book = ANY (ARRAY['fund'::text, 'custody'::text])));

-- [constraint] public.account | account_journal_fkey
alter table public.account add constraint account_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.account | account_pkey
alter table public.account add constraint account_pkey PRIMARY KEY (journal, id);

-- [constraint] public.account | account_status_check
alter table public.account add constraint account_status_check CHECK ((status = ANY (ARRAY['open'::text, 'frozen'::text, 'closed'::text])));

-- [grant] public.account | insert mingzhang_door
grant insert on table public.account to mingzhang_door;

-- [grant] public.account | select mingzhang_door
grant select on table public.account to mingzhang_door;

-- [grant] public.account | select mingzhang_reader
grant select on table public.account to mingzhang_reader;

-- [grant] public.account | update mingzhang_door
grant update on table public.account to mingzhang_door;

-- [index] public.account | public.account_by_organization
CREATE INDEX account_by_organization ON public.account USING btree (journal, organization, id);

-- [index] public.account | public.account_by_project
CREATE INDEX account_by_project ON public.account USING btree (journal, project);

-- [index] public.account | public.account_by_restriction
CREATE INDEX account_by_restriction ON public.account USING btree (journal, restriction);

-- [owner] public.account
alter table public.account owner to mingzhang_migrator;

-- [trigger] public.account | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.account FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.account enable always trigger fence_truncate;

-- [relation] public.agreement
create table public.agreement (
    journal integer not null,
    id text not null,
    "position" bigint not null,
    organization text not null,
    effective date not null,
    digest bytea not null,
    counterparty text,
    partner text,
    restriction text,
    asset text,
    amount bigint,
    valid_from date,
    valid_until date,
    fee_clause text,
    fee_base text,
    fee_rate text,
    fee_moment text,
    fee_cap bigint
);

-- [comment] public.agreement
comment on table public.agreement is 'projection: agreements by digest, with their terms; amounts in minor units';

-- [constraint] public.agreement | agreement_journal_fkey
alter table public.agreement add constraint agreement_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.agreement | agreement_pkey
alter table public.agreement add constraint agreement_pkey PRIMARY KEY (journal, id);

-- [grant] public.agreement | insert mingzhang_door
grant insert on table public.agreement to mingzhang_door;

-- [grant] public.agreement | select mingzhang_door
grant select on table public.agreement to mingzhang_door;

-- [grant] public.agreement | select mingzhang_reader
grant select on table public.agreement to mingzhang_reader;

-- [grant] public.agreement | update mingzhang_door
grant update on table public.agreement to mingzhang_door;

-- [index] public.agreement | public.agreement_by_organization
CREATE INDEX agreement_by_organization ON public.agreement USING btree (journal, organization, id);

-- [owner] public.agreement
alter table public.agreement owner to mingzhang_migrator;

-- [trigger] public.agreement | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.agreement FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.agreement enable always trigger fence_truncate;

-- [relation] public.agreement_milestone
create table public.agreement_milestone (
    journal integer not null,
    agreement text not null,
    n integer not null,
    milestone text not null,
    due date not null,
    amount bigint,
    "position" bigint not null
);

-- [comment] public.agreement_milestone
comment on table public.agreement_milestone is 'projection: what an agreement says is due by when';

-- [constraint] public.agreement_milestone | agreement_milestone_journal_fkey
alter table public.agreement_milestone add constraint agreement_milestone_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.agreement_milestone | agreement_milestone_pkey
alter table public.agreement_milestone add constraint agreement_milestone_pkey PRIMARY KEY (journal, agreement, n);

-- [grant] public.agreement_milestone | insert mingzhang_door
grant insert on table public.agreement_milestone to mingzhang_door;

-- [grant] public.agreement_milestone | select mingzhang_door
grant select on table public.agreement_milestone to mingzhang_door;

-- [grant] public.agreement_milestone | select mingzhang_reader
grant select on table public.agreement_milestone to mingzhang_reader;

-- [grant] public.agreement_milestone | update mingzhang_door
grant update on table public.agreement_milestone to mingzhang_door;

-- [owner] public.agreement_milestone
alter table public.agreement_milestone owner to mingzhang_migrator;

-- [trigger] public.agreement_milestone | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.agreement_milestone FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.agreement_milestone enable always trigger fence_truncate;

-- [relation] public.approval_term
create table public.approval_term (
    journal integer not null,
    "position" bigint not null,
    organization text not null,
    what text not null,
    subject text not null,
    value text
);

-- [comment] public.approval_term
comment on table public.approval_term is 'projection: from which amount a second officer approves, who may, and with which key; the newest holds';

-- [constraint] public.approval_term | approval_term_journal_fkey
alter table public.approval_term add constraint approval_term_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.approval_term | approval_term_pkey
alter table public.approval_term add constraint approval_term_pkey PRIMARY KEY (journal, "position");

-- [grant] public.approval_term | insert mingzhang_door
grant insert on table public.approval_term to mingzhang_door;

-- [grant] public.approval_term | select mingzhang_door
grant select on table public.approval_term to mingzhang_door;

-- [grant] public.approval_term | select mingzhang_reader
grant select on table public.approval_term to mingzhang_reader;

-- [grant] public.approval_term | update mingzhang_door
grant update on table public.approval_term to mingzhang_door;

-- [index] public.approval_term | public.approval_term_by_organization
CREATE INDEX approval_term_by_organization ON public.approval_term USING btree (journal, organization, "position");

-- [owner] public.approval_term
alter table public.approval_term owner to mingzhang_migrator;

-- [trigger] public.approval_term | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.approval_term FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.approval_term enable always trigger fence_truncate;

-- [relation] public.attempt
create table public.attempt (
    journal integer not null,
    commitment bytea not null,
    "position" bigint not null
);

-- [comment] public.attempt
comment on table public.attempt is 'vault: which commitments of sealed entries are refused commands';

-- [constraint] public.attempt | attempt_commitment_check
alter table public.attempt add constraint attempt_commitment_check CHECK ((octet_length(commitment) = 32));

-- [constraint] public.attempt | attempt_journal_fkey
alter table public.attempt add constraint attempt_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.attempt | attempt_pkey
alter table public.attempt add constraint attempt_pkey PRIMARY KEY (journal, commitment);

-- [grant] public.attempt | delete mingzhang_eraser
grant delete on table public.attempt to mingzhang_eraser;

-- [grant] public.attempt | insert mingzhang_door
grant insert on table public.attempt to mingzhang_door;

-- [grant] public.attempt | select mingzhang_door
grant select on table public.attempt to mingzhang_door;

-- [grant] public.attempt | select mingzhang_eraser
grant select on table public.attempt to mingzhang_eraser;

-- [owner] public.attempt
alter table public.attempt owner to mingzhang_migrator;

-- [trigger] public.attempt | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.attempt FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.attempt enable always trigger fence_truncate;

-- [relation] public.beneficiary
create table public.beneficiary (
    journal integer not null,
    id text not null,
    version integer not null,
    "position" bigint not null,
    organization text not null,
    kind text not null,
    region text
);

-- [comment] public.beneficiary
comment on table public.beneficiary is 'projection: pseudonymous beneficiaries (person, household, place); no personal data';

-- [constraint] public.beneficiary | beneficiary_journal_fkey
alter table public.beneficiary add constraint beneficiary_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.beneficiary | beneficiary_pkey
alter table public.beneficiary add constraint beneficiary_pkey PRIMARY KEY (journal, id);

-- [grant] public.beneficiary | insert mingzhang_door
grant insert on table public.beneficiary to mingzhang_door;

-- [grant] public.beneficiary | select mingzhang_door
grant select on table public.beneficiary to mingzhang_door;

-- [grant] public.beneficiary | select mingzhang_reader
grant select on table public.beneficiary to mingzhang_reader;

-- [grant] public.beneficiary | update mingzhang_door
grant update on table public.beneficiary to mingzhang_door;

-- [index] public.beneficiary | public.beneficiary_by_organization
CREATE INDEX beneficiary_by_organization ON public.beneficiary USING btree (journal, organization, id);

-- [owner] public.beneficiary
alter table public.beneficiary owner to mingzhang_migrator;

-- [trigger] public.beneficiary | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.beneficiary FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.beneficiary enable always trigger fence_truncate;

-- [relation] public.beneficiary_category
create table public.beneficiary_category (
    journal integer not null,
    beneficiary text not null,
    n integer not null,
    category text not null,
    valid_from date not null,
    valid_until date
);

-- [comment] public.beneficiary_category
comment on table public.beneficiary_category is 'projection: categories by date of the newest version';

-- [constraint] public.beneficiary_category | beneficiary_category_journal_fkey
alter table public.beneficiary_category add constraint beneficiary_category_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.beneficiary_category | beneficiary_category_pkey
alter table public.beneficiary_category add constraint beneficiary_category_pkey PRIMARY KEY (journal, beneficiary, n);

-- [grant] public.beneficiary_category | delete mingzhang_door
grant delete on table public.beneficiary_category to mingzhang_door;

-- [grant] public.beneficiary_category | insert mingzhang_door
grant insert on table public.beneficiary_category to mingzhang_door;

-- [grant] public.beneficiary_category | select mingzhang_door
grant select on table public.beneficiary_category to mingzhang_door;

-- [grant] public.beneficiary_category | select mingzhang_reader
grant select on table public.beneficiary_category to mingzhang_reader;

-- [grant] public.beneficiary_category | update mingzhang_door
grant update on table public.beneficiary_category to mingzhang_door;

-- [owner] public.beneficiary_category
alter table public.beneficiary_category owner to mingzhang_migrator;

-- [trigger] public.beneficiary_category | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.beneficiary_category FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.beneficiary_category enable always trigger fence_truncate;

-- [relation] public.checkpoint
create table public.checkpoint (
    journal integer not null,
    size bigint not null,
    root bytea not null,
    note text not null
);

-- [comment] public.checkpoint
comment on table public.checkpoint is 'evidence: every signed head that was published';

-- [constraint] public.checkpoint | checkpoint_journal_fkey
alter table public.checkpoint add constraint checkpoint_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.checkpoint | checkpoint_pkey
alter table public.checkpoint add constraint checkpoint_pkey PRIMARY KEY (journal, size);

-- [constraint] public.checkpoint | checkpoint_root_check
alter table public.checkpoint add constraint checkpoint_root_check CHECK ((octet_length(root) = 32));

-- [constraint] public.checkpoint | checkpoint_size_check
alter table public.checkpoint add constraint checkpoint_size_check CHECK ((size > 0));

-- [grant] public.checkpoint | insert mingzhang_door
grant insert on table public.checkpoint to mingzhang_door;

-- [grant] public.checkpoint | select mingzhang_door
grant select on table public.checkpoint to mingzhang_door;

-- [grant] public.checkpoint | select mingzhang_reader
grant select on table public.checkpoint to mingzhang_reader;

-- [owner] public.checkpoint
alter table public.checkpoint owner to mingzhang_migrator;

-- [trigger] public.checkpoint | fence_row
CREATE TRIGGER fence_row BEFORE DELETE OR UPDATE ON public.checkpoint FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
alter table public.checkpoint enable always trigger fence_row;

-- [trigger] public.checkpoint | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.checkpoint enable always trigger fence_truncate;

-- [relation] public.command
create table public.command (
    journal integer not null,
    id uuid not null,
    "position" bigint not null
);

-- [comment] public.command
comment on table public.command is 'projection: which entry an accepted command became';

-- [constraint] public.command | command_pkey
alter table public.command add constraint command_pkey PRIMARY KEY (journal, id);

-- [grant] public.command | insert mingzhang_door
grant insert on table public.command to mingzhang_door;

-- [grant] public.command | select mingzhang_door
grant select on table public.command to mingzhang_door;

-- [grant] public.command | select mingzhang_reader
grant select on table public.command to mingzhang_reader;

-- [owner] public.command
alter table public.command owner to mingzhang_migrator;

-- [trigger] public.command | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.command FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.command enable always trigger fence_truncate;

-- [relation] public.cosignature
create table public.cosignature (
    journal integer not null,
    size bigint not null,
    witness text not null,
    line text not null
);

-- [comment] public.cosignature
comment on table public.cosignature is 'operational: the newest signature line of each witness (by vkey) over a checkpoint';

-- [constraint] public.cosignature | cosignature_journal_size_fkey
alter table public.cosignature add constraint cosignature_journal_size_fkey FOREIGN KEY (journal, size) REFERENCES public.checkpoint(journal, size);

-- [constraint] public.cosignature | cosignature_pkey
alter table public.cosignature add constraint cosignature_pkey PRIMARY KEY (journal, size, witness);

-- [grant] public.cosignature | insert mingzhang_door
grant insert on table public.cosignature to mingzhang_door;

-- [grant] public.cosignature | select mingzhang_door
grant select on table public.cosignature to mingzhang_door;

-- [grant] public.cosignature | select mingzhang_reader
grant select on table public.cosignature to mingzhang_reader;

-- [grant] public.cosignature | update mingzhang_door
grant update on table public.cosignature to mingzhang_door;

-- [owner] public.cosignature
alter table public.cosignature owner to mingzhang_migrator;

-- [trigger] public.cosignature | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.cosignature FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.cosignature enable always trigger fence_truncate;

-- [relation] public.delivery
create table public.delivery (
    journal integer not null,
    id text not null,
    subject bigint not null,
    method text not null,
    confirmation text not null,
    persons integer not null,
    region text,
    category text,
    "position" bigint not null
);

-- [comment] public.delivery
comment on table public.delivery is 'projection: confirmed deliveries of disbursement `subject`: method x confirmation';

-- [constraint] public.delivery | delivery_journal_fkey
alter table public.delivery add constraint delivery_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.delivery | delivery_pkey
alter table public.delivery add constraint delivery_pkey PRIMARY KEY (journal, id);

-- [grant] public.delivery | insert mingzhang_door
grant insert on table public.delivery to mingzhang_door;

-- [grant] public.delivery | select mingzhang_door
grant select on table public.delivery to mingzhang_door;

-- [grant] public.delivery | select mingzhang_reader
grant select on table public.delivery to mingzhang_reader;

-- [index] public.delivery | public.delivery_by_subject
CREATE INDEX delivery_by_subject ON public.delivery USING btree (journal, subject);

-- [owner] public.delivery
alter table public.delivery owner to mingzhang_migrator;

-- [trigger] public.delivery | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.delivery FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.delivery enable always trigger fence_truncate;

-- [relation] public.domain_record
create table public.domain_record (
    journal integer not null,
    noun text not null,
    id text not null,
    version integer not null,
    "position" bigint not null,
    organization text,
    project text,
    body json not null
);

-- [comment] public.domain_record
comment on table public.domain_record is 'projection: the newest version of every domain record';

-- [constraint] public.domain_record | domain_record_journal_fkey
alter table public.domain_record add constraint domain_record_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.domain_record | domain_record_pkey
alter table public.domain_record add constraint domain_record_pkey PRIMARY KEY (journal, noun, id);

-- [grant] public.domain_record | insert mingzhang_door
grant insert on table public.domain_record to mingzhang_door;

-- [grant] public.domain_record | select mingzhang_door
grant select on table public.domain_record to mingzhang_door;

-- [grant] public.domain_record | select mingzhang_reader
grant select on table public.domain_record to mingzhang_reader;

-- [grant] public.domain_record | update mingzhang_door
grant update on table public.domain_record to mingzhang_door;

-- [index] public.domain_record | public.domain_record_by_organization
CREATE INDEX domain_record_by_organization ON public.domain_record USING btree (journal, noun, organization, id);

-- [index] public.domain_record | public.domain_record_by_project
CREATE INDEX domain_record_by_project ON public.domain_record USING btree (journal, noun, project, id) WHERE (project IS NOT NULL);

-- [owner] public.domain_record
alter table public.domain_record owner to mingzhang_migrator;

-- [trigger] public.domain_record | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.domain_record FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.domain_record enable always trigger fence_truncate;

-- [relation] public.entry
create table public.entry (
    journal integer not null,
    "position" bigint not null,
    kind text not null,
    mode text not null,
    at timestamp with time zone not null,
    effective date not null,
    organization text,
    actor text not null,
    command uuid not null,
    corrects bigint,
    breaches integer not null default 0,
    prior_period date,
    resolves bigint,
    attested bigint
);

-- [comment] public.entry
comment on table public.entry is 'projection: what every leaf says about itself';

-- [constraint] public.entry | entry_pkey
alter table public.entry add constraint entry_pkey PRIMARY KEY (journal, "position");

-- [grant] public.entry | insert mingzhang_door
grant insert on table public.entry to mingzhang_door;

-- [grant] public.entry | select mingzhang_door
grant select on table public.entry to mingzhang_door;

-- [grant] public.entry | select mingzhang_reader
grant select on table public.entry to mingzhang_reader;

-- [index] public.entry | public.entry_by_attested
CREATE INDEX entry_by_attested ON public.entry USING btree (journal, attested) WHERE (attested IS NOT NULL);

-- [index] public.entry | public.entry_by_corrected
CREATE INDEX entry_by_corrected ON public.entry USING btree (journal, corrects) WHERE (corrects IS NOT NULL);

-- [index] public.entry | public.entry_by_effective
CREATE INDEX entry_by_effective ON public.entry USING btree (journal, effective, "position");

-- [index] public.entry | public.entry_by_kind
CREATE INDEX entry_by_kind ON public.entry USING btree (journal, kind, "position");

-- [index] public.entry | public.entry_by_organization
CREATE INDEX entry_by_organization ON public.entry USING btree (journal, organization, "position");

-- [index] public.entry | public.entry_by_resolved
CREATE INDEX entry_by_resolved ON public.entry USING btree (journal, resolves) WHERE (resolves IS NOT NULL);

-- [owner] public.entry
alter table public.entry owner to mingzhang_migrator;

-- [trigger] public.entry | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.entry enable always trigger fence_truncate;

-- [relation] public.evidence
create table public.evidence (
    journal integer not null,
    id text not null,
    digest bytea not null,
    size bigint not null,
    media_type text not null,
    subject bigint not null,
    "position" bigint not null
);

-- [comment] public.evidence
comment on table public.evidence is 'projection: documents attached to entry `subject`, by SHA-256';

-- [constraint] public.evidence | evidence_journal_fkey
alter table public.evidence add constraint evidence_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.evidence | evidence_pkey
alter table public.evidence add constraint evidence_pkey PRIMARY KEY (journal, id);

-- [grant] public.evidence | insert mingzhang_door
grant insert on table public.evidence to mingzhang_door;

-- [grant] public.evidence | select mingzhang_door
grant select on table public.evidence to mingzhang_door;

-- [grant] public.evidence | select mingzhang_reader
grant select on table public.evidence to mingzhang_reader;

-- [index] public.evidence | public.evidence_by_subject
CREATE INDEX evidence_by_subject ON public.evidence USING btree (journal, subject);

-- [owner] public.evidence
alter table public.evidence owner to mingzhang_migrator;

-- [trigger] public.evidence | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.evidence FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.evidence enable always trigger fence_truncate;

-- [relation] public.fact
create table public.fact (
    journal integer not null,
    id text not null,
    kind text not null,
    "position" bigint not null,
    organization text not null,
    effective date not null,
    digest bytea not null,
    topic text,
    body text,
    number text,
    account text,
    lines integer,
    root bytea,
    size bigint,
    population integer,
    drawn integer,
    committed bigint,
    seed bytea,
    commitment bytea,
    valid_from date,
    valid_until date,
    opening bigint,
    incoming bigint,
    outgoing bigint,
    closing bigint
);

-- [comment] public.fact
comment on table public.fact is 'projection: plans, reports and publications filed, statements imported, commendations, draws; amounts in minor units';

-- [constraint] public.fact | fact_journal_fkey
alter table public.fact add constraint fact_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.fact | fact_pkey
alter table public.fact add constraint fact_pkey PRIMARY KEY (journal, id);

-- [grant] public.fact | insert mingzhang_door
grant insert on table public.fact to mingzhang_door;

-- [grant] public.fact | select mingzhang_door
grant select on table public.fact to mingzhang_door;

-- [grant] public.fact | select mingzhang_reader
grant select on table public.fact to mingzhang_reader;

-- [grant] public.fact | update mingzhang_door
grant update on table public.fact to mingzhang_door;

-- [index] public.fact | public.fact_by_committed
CREATE INDEX fact_by_committed ON public.fact USING btree (journal, committed) WHERE (committed IS NOT NULL);

-- [index] public.fact | public.fact_by_organization
CREATE INDEX fact_by_organization ON public.fact USING btree (journal, organization, id);

-- [index] public.fact | public.fact_by_position
CREATE INDEX fact_by_position ON public.fact USING btree (journal, "position");

-- [owner] public.fact
alter table public.fact owner to mingzhang_migrator;

-- [trigger] public.fact | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.fact FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.fact enable always trigger fence_truncate;

-- [relation] public.fence_gap
create table public.fence_gap (
    code text not null,
    detail text not null
);

-- [comment] public.fence_gap
comment on table public.fence_gap is 'operational: fences that this server did not let us put up, and why';

-- [constraint] public.fence_gap | fence_gap_pkey
alter table public.fence_gap add constraint fence_gap_pkey PRIMARY KEY (code);

-- [grant] public.fence_gap | select mingzhang_door
grant select on table public.fence_gap to mingzhang_door;

-- [grant] public.fence_gap | select mingzhang_reader
grant select on table public.fence_gap to mingzhang_reader;

-- [owner] public.fence_gap
alter table public.fence_gap owner to mingzhang_migrator;

-- [trigger] public.fence_gap | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.fence_gap FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.fence_gap enable always trigger fence_truncate;

-- [function] public.fence_grants(text,text)
CREATE OR REPLACE FUNCTION public.fence_grants(name text, class text)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
    with
    comment as (select coalesce(obj_description(to_regclass(format('public.%I', name)), 'pg_class'), '') as said)
    select line
    from comment cross join lateral (
        values
        -- What has happened is never updated: its row is written once.
        ('projection', 'insert, select', 'mingzhang_door', true),
        ('projection', 'update', 'mingzhang_door', name not in (
            'command', 'entry', 'posting', 'slice', 'evidence', 'delivery'
        )),
        -- The newest version of a record may have fewer of these than the one before.
        ('projection', 'delete', 'mingzhang_door', name in ('organization_status', 'beneficiary_category')),
        ('projection', 'select', 'mingzhang_reader', true),
        ('evidence', 'insert, select', 'mingzhang_door', true),
        ('evidence', 'select', 'mingzhang_reader', true),
        ('vault', 'insert, select', 'mingzhang_door', true),
        ('vault', 'select, delete', 'mingzhang_eraser', true),
        -- A new key-encryption key wraps the same data keys again.
        ('vault', 'update (wrapped_key)', 'mingzhang_eraser', name = 'person'),
        ('operational', 'select', 'mingzhang_door', true),
        (
            'operational',
            'insert',
            'mingzhang_door',
            name in (
                'journal', 'import_decision', 'verification', 'token', 'cosignature', 'witnessed'
            )
        ),
        ('operational', 'update', 'mingzhang_door', name in ('import_decision', 'token', 'cosignature')),
        ('operational', 'select', 'mingzhang_reader', name <> 'token' and said not like '%[reader: none]%'),
        (
            'operational',
            'select (id, role, organization, region, label, created, expires, revoked, last_used)',
            'mingzhang_reader',
            name = 'token'
        ),
        ('lookup', 'insert, select', 'mingzhang_door', true),
        ('lookup', 'select', 'mingzhang_reader', true)
    ) as rule (of_class, privileges, grantee, holds)
    cross join lateral format('grant %s on table public.%I to %I', privileges, name, grantee) as granted (line)
    where holds and of_class = class
    union all
    -- What an operational table of this migration or a later one says for itself, such as `[door: insert, update]`.
    select format('grant %s on table public.%I to mingzhang_door', rights[1], name)
    from comment cross join lateral regexp_matches(said, '\[door: ([^]]+)\]') as rights
    where class = 'operational';
$function$;

-- [owner] public.fence_grants(text,text)
alter routine public.fence_grants(text,text) owner to mingzhang_migrator;

-- [function] public.fence_table(regclass)
CREATE OR REPLACE FUNCTION public.fence_table(fenced regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
declare
    name text;
    kind "char";
    class text := split_part(obj_description(fenced, 'pg_class'), ':', 1);
    line text;
begin
    select relname, relkind into name, kind from pg_class where oid = fenced;
    if class is null or class not in ('evidence', 'projection', 'vault', 'operational', 'lookup') then
        raise exception 'table % has no class', name
            using hint = 'Begin its comment with evidence, projection, vault, operational or lookup, and a colon.';
    end if;
    execute format(
        'revoke all on table %s from public, mingzhang_door, mingzhang_reader, mingzhang_eraser', fenced
    );
    for line in select public.fence_grants(name, class) loop
        execute line;
    end loop;
    execute format(
        'create or replace trigger fence_truncate before truncate on %s '
        'for each statement execute function public.refuse_change()', fenced
    );
    execute format('alter table %s enable always trigger fence_truncate', fenced);
    if class = 'evidence' then
        -- On a partitioned table this one is handed on to every partition; partitions have their own besides, which
        -- stays with them when they are detached.
        line := case kind when 'p' then 'fence_every_partition' else 'fence_row' end;
        execute format(
            'create or replace trigger %I before update or delete on %s '
            'for each row execute function public.refuse_change()', line, fenced
        );
        execute format('alter table %s enable always trigger %I', fenced, line);
    end if;
end;
$function$;

-- [owner] public.fence_table(regclass)
alter routine public.fence_table(regclass) owner to mingzhang_migrator;

-- [function] public.fence_tables()
CREATE OR REPLACE FUNCTION public.fence_tables()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
    perform public.fence_table(oid)
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition;
end;
$function$;

-- [owner] public.fence_tables()
alter routine public.fence_tables() owner to mingzhang_migrator;

-- [relation] public.focus_area
create table public.focus_area (
    edition text not null,
    code text not null,
    parent text,
    name text not null,
    name_en text not null,
    valid_from date not null,
    valid_until date
);

-- [comment] public.focus_area
comment on table public.focus_area is 'lookup: focus areas and sub-activities (notice, part 3), a dated two-level codelist';

-- [constraint] public.focus_area | focus_area_pkey
alter table public.focus_area add constraint focus_area_pkey PRIMARY KEY (edition, code);

-- [grant] public.focus_area | insert mingzhang_door
grant insert on table public.focus_area to mingzhang_door;

-- [grant] public.focus_area | select mingzhang_door
grant select on table public.focus_area to mingzhang_door;

-- [grant] public.focus_area | select mingzhang_reader
grant select on table public.focus_area to mingzhang_reader;

-- [owner] public.focus_area
alter table public.focus_area owner to mingzhang_migrator;

-- [trigger] public.focus_area | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.focus_area FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.focus_area enable always trigger fence_truncate;

-- [function] public.guard_ddl()
CREATE OR REPLACE FUNCTION public.guard_ddl()
 RETURNS event_trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
    if current_user = 'mingzhang_migrator' then
        return;
    end if;
    -- What make_leaf_partitions() does, and no more.
    if current_user = 'mingzhang_partitioner'
        and tg_tag in ('CREATE TABLE', 'CREATE TRIGGER', 'ALTER TABLE', 'COMMENT') then
        return;
    end if;
    raise exception '% is refused to %', lower(tg_tag), current_user
        using errcode = 'insufficient_privilege',
        hint = 'Only a migration, run by mingzhang_migrator, changes the schema.';
end;
$function$;

-- [owner] public.guard_ddl()
alter routine public.guard_ddl() owner to mingzhang_migrator;

-- [relation] public.head
create table public.head (
    journal integer not null,
    size bigint not null,
    at timestamp with time zone not null,
    last bytea not null,
    root bytea not null,
    frontier bytea[] not null
);

-- [comment] public.head
comment on table public.head is 'projection: the end of the journal; the one row that an append locks';

-- [constraint] public.head | head_journal_fkey
alter table public.head add constraint head_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.head | head_pkey
alter table public.head add constraint head_pkey PRIMARY KEY (journal);

-- [grant] public.head | insert mingzhang_door
grant insert on table public.head to mingzhang_door;

-- [grant] public.head | select mingzhang_door
grant select on table public.head to mingzhang_door;

-- [grant] public.head | select mingzhang_reader
grant select on table public.head to mingzhang_reader;

-- [grant] public.head | update mingzhang_door
grant update on table public.head to mingzhang_door;

-- [owner] public.head
alter table public.head owner to mingzhang_migrator;

-- [trigger] public.head | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.head FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.head enable always trigger fence_truncate;

-- [relation] public.hold
create view public.hold with (security_invoker=true) as
 SELECT e.journal,
    e."position",
    e.organization,
    e.effective,
    (((convert_from(l.leaf, 'UTF8'::name))::json -> 'data'::text) ->> 'for'::text) AS payment,
    ((((convert_from(l.leaf, 'UTF8'::name))::json -> 'data'::text) ->> 'until'::text))::timestamp with time zone AS until,
        CASE
            WHEN (r.kind IS NULL) THEN 'open'::text
            WHEN (r.kind = 'void'::text) THEN 'voided'::text
            WHEN (r.kind = 'expire'::text) THEN 'expired'::text
            ELSE 'paid'::text
        END AS state,
    r."position" AS resolution
   FROM ((public.entry e
     JOIN public.leaf l ON (((e.journal = l.journal) AND (e."position" = l."position"))))
     LEFT JOIN public.entry r ON (((e.journal = r.journal) AND (e."position" = r.resolves))))
  WHERE (e.kind = 'hold'::text);

-- [comment] public.hold
comment on table public.hold is 'projection: money reserved for a payment, and whether it is open, paid, voided or expired';

-- [grant] public.hold | select mingzhang_door
grant select on table public.hold to mingzhang_door;

-- [grant] public.hold | select mingzhang_reader
grant select on table public.hold to mingzhang_reader;

-- [owner] public.hold
alter table public.hold owner to mingzhang_migrator;

-- [relation] public.import_batch
create table public.import_batch (
    journal integer not null,
    id text not null,
    organization text not null,
    file_digest bytea not null,
    rows_digest bytea not null,
    row_count integer not null,
    total bigint not null,
    asset text not null,
    opened bigint not null,
    closed bigint
);

-- [comment] public.import_batch
comment on table public.import_batch is 'projection: files that were imported; total in minor units of asset';

-- [constraint] public.import_batch | import_batch_journal_fkey
alter table public.import_batch add constraint import_batch_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.import_batch | import_batch_pkey
alter table public.import_batch add constraint import_batch_pkey PRIMARY KEY (journal, id);

-- [grant] public.import_batch | insert mingzhang_door
grant insert on table public.import_batch to mingzhang_door;

-- [grant] public.import_batch | select mingzhang_door
grant select on table public.import_batch to mingzhang_door;

-- [grant] public.import_batch | select mingzhang_reader
grant select on table public.import_batch to mingzhang_reader;

-- [grant] public.import_batch | update mingzhang_door
grant update on table public.import_batch to mingzhang_door;

-- [index] public.import_batch | public.import_batch_by_rows
CREATE UNIQUE INDEX import_batch_by_rows ON public.import_batch USING btree (journal, organization, rows_digest);

-- [owner] public.import_batch
alter table public.import_batch owner to mingzhang_migrator;

-- [trigger] public.import_batch | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.import_batch FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.import_batch enable always trigger fence_truncate;

-- [relation] public.import_decision
create table public.import_decision (
    journal integer not null,
    "position" bigint not null,
    batch text not null,
    row_number integer not null,
    reason text not null,
    suggestion jsonb,
    resolved bigint
);

-- [comment] public.import_decision
comment on table public.import_decision is 'operational: imported donations that await a decision on their earmark';

-- [constraint] public.import_decision | import_decision_journal_fkey
alter table public.import_decision add constraint import_decision_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.import_decision | import_decision_pkey
alter table public.import_decision add constraint import_decision_pkey PRIMARY KEY (journal, "position");

-- [grant] public.import_decision | insert mingzhang_door
grant insert on table public.import_decision to mingzhang_door;

-- [grant] public.import_decision | select mingzhang_door
grant select on table public.import_decision to mingzhang_door;

-- [grant] public.import_decision | select mingzhang_reader
grant select on table public.import_decision to mingzhang_reader;

-- [grant] public.import_decision | update mingzhang_door
grant update on table public.import_decision to mingzhang_door;

-- [owner] public.import_decision
alter table public.import_decision owner to mingzhang_migrator;

-- [trigger] public.import_decision | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.import_decision FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.import_decision enable always trigger fence_truncate;

-- [relation] public.import_row
create table public.import_row (
    journal integer not null,
    batch text not null,
    row_number integer not null,
    "position" bigint not null,
    content bytea not null,
    digest bytea not null
);

-- [comment] public.import_row
comment on table public.import_row is 'evidence: what the source row said, without persons; the entry''s leaf holds the digest';

-- [constraint] public.import_row | import_row_digest_check
alter table public.import_row add constraint import_row_digest_check CHECK ((octet_length(digest) = 32));

-- [constraint] public.import_row | import_row_journal_fkey
alter table public.import_row add constraint import_row_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.import_row | import_row_pkey
alter table public.import_row add constraint import_row_pkey PRIMARY KEY (journal, batch, row_number);

-- [grant] public.import_row | insert mingzhang_door
grant insert on table public.import_row to mingzhang_door;

-- [grant] public.import_row | select mingzhang_door
grant select on table public.import_row to mingzhang_door;

-- [grant] public.import_row | select mingzhang_reader
grant select on table public.import_row to mingzhang_reader;

-- [index] public.import_row | public.import_row_by_position
CREATE INDEX import_row_by_position ON public.import_row USING btree (journal, "position");

-- [owner] public.import_row
alter table public.import_row owner to mingzhang_migrator;

-- [trigger] public.import_row | fence_row
CREATE TRIGGER fence_row BEFORE DELETE OR UPDATE ON public.import_row FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
alter table public.import_row enable always trigger fence_row;

-- [trigger] public.import_row | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.import_row FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.import_row enable always trigger fence_truncate;

-- [relation] public.journal
create table public.journal (
    id integer not null,
    name text not null,
    origin text not null
);

-- [comment] public.journal
comment on table public.journal is 'operational: the journals of this database, by number and by C2SP origin';

-- [constraint] public.journal | journal_name_key
alter table public.journal add constraint journal_name_key UNIQUE (name);

-- [constraint] public.journal | journal_origin_key
alter table public.journal add constraint journal_origin_key UNIQUE (origin);

-- [constraint] public.journal | journal_pkey
alter table public.journal add constraint journal_pkey PRIMARY KEY (id);

-- [grant] public.journal | insert mingzhang_door
grant insert on table public.journal to mingzhang_door;

-- [grant] public.journal | select mingzhang_door
grant select on table public.journal to mingzhang_door;

-- [grant] public.journal | select mingzhang_reader
grant select on table public.journal to mingzhang_reader;

-- [owner] public.journal
alter table public.journal owner to mingzhang_migrator;

-- [trigger] public.journal | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.journal enable always trigger fence_truncate;

-- [relation] public.leaf
create table public.leaf (
    journal integer not null,
    "position" bigint not null,
    leaf bytea not null,
    hash bytea not null
) partition by RANGE ("position");

-- [comment] public.leaf
comment on table public.leaf is 'evidence: the canonical bytes of every entry and their leaf hash';

-- [constraint] public.leaf | leaf_hash_check
alter table public.leaf add constraint leaf_hash_check CHECK ((octet_length(hash) = 32));

-- [constraint] public.leaf | leaf_leaf_check
alter table public.leaf add constraint leaf_leaf_check CHECK (((octet_length(leaf) >= 2) AND (octet_length(leaf) <= 65535)));

-- [constraint] public.leaf | leaf_pkey
alter table public.leaf add constraint leaf_pkey PRIMARY KEY (journal, "position");

-- [constraint] public.leaf | leaf_position_check
alter table public.leaf add constraint leaf_position_check CHECK (("position" >= 0));

-- [grant] public.leaf | insert mingzhang_door
grant insert on table public.leaf to mingzhang_door;

-- [grant] public.leaf | select mingzhang_door
grant select on table public.leaf to mingzhang_door;

-- [grant] public.leaf | select mingzhang_reader
grant select on table public.leaf to mingzhang_reader;

-- [owner] public.leaf
alter table public.leaf owner to mingzhang_partitioner;

-- [trigger] public.leaf | fence_every_partition
CREATE TRIGGER fence_every_partition BEFORE DELETE OR UPDATE ON public.leaf FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
alter table public.leaf enable always trigger fence_every_partition;

-- [trigger] public.leaf | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.leaf FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.leaf enable always trigger fence_truncate;

-- [relation] public.leaf_000000
create table public.leaf_000000 of public.leaf (
    journal integer not null,
    "position" bigint not null,
    leaf bytea not null,
    hash bytea not null
) FOR VALUES FROM ('0') TO ('1000000');

-- [comment] public.leaf_000000
comment on table public.leaf_000000 is 'evidence: leaves of a range of positions';

-- [constraint] public.leaf_000000 | leaf_000000_pkey
alter table public.leaf_000000 add constraint leaf_000000_pkey PRIMARY KEY (journal, "position");

-- [constraint] public.leaf_000000 | leaf_hash_check
alter table public.leaf_000000 add constraint leaf_hash_check CHECK ((octet_length(hash) = 32));

-- [constraint] public.leaf_000000 | leaf_leaf_check
alter table public.leaf_000000 add constraint leaf_leaf_check CHECK (((octet_length(leaf) >= 2) AND (octet_length(leaf) <= 65535)));

-- [constraint] public.leaf_000000 | leaf_position_check
alter table public.leaf_000000 add constraint leaf_position_check CHECK (("position" >= 0));

-- [owner] public.leaf_000000
alter table public.leaf_000000 owner to mingzhang_partitioner;

-- [trigger] public.leaf_000000 | fence_every_partition
CREATE TRIGGER fence_every_partition BEFORE DELETE OR UPDATE ON public.leaf_000000 FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
alter table public.leaf_000000 enable always trigger fence_every_partition;

-- [trigger] public.leaf_000000 | fence_row
CREATE TRIGGER fence_row BEFORE DELETE OR UPDATE ON public.leaf_000000 FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
alter table public.leaf_000000 enable always trigger fence_row;

-- [trigger] public.leaf_000000 | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.leaf_000000 FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.leaf_000000 enable always trigger fence_truncate;

-- [relation] public.lot
create table public.lot (
    journal integer not null,
    asset text not null,
    organization text not null,
    "position" bigint not null,
    expires date,
    basis text,
    value bigint,
    value_asset text,
    quantity bigint,
    valued_on date,
    valuer text
);

-- [comment] public.lot
comment on table public.lot is 'projection: goods by lot, each declared once: expiry, value, basis, day and valuer';

-- [constraint] public.lot | lot_journal_fkey
alter table public.lot add constraint lot_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.lot | lot_pkey
alter table public.lot add constraint lot_pkey PRIMARY KEY (journal, asset);

-- [grant] public.lot | insert mingzhang_door
grant insert on table public.lot to mingzhang_door;

-- [grant] public.lot | select mingzhang_door
grant select on table public.lot to mingzhang_door;

-- [grant] public.lot | select mingzhang_reader
grant select on table public.lot to mingzhang_reader;

-- [grant] public.lot | update mingzhang_door
grant update on table public.lot to mingzhang_door;

-- [owner] public.lot
alter table public.lot owner to mingzhang_migrator;

-- [trigger] public.lot | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.lot FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.lot enable always trigger fence_truncate;

-- [function] public.make_leaf_partitions(bigint)
CREATE OR REPLACE FUNCTION public.make_leaf_partitions(reach bigint)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
    width constant bigint := 1000000;
    made integer := 0;
    number bigint;
    part text;
begin
    if reach is null or reach < 0 then
        raise exception 'a position is 0 or more, not %', reach using errcode = 'invalid_parameter_value';
    end if;
    -- Two doors may ask at once; the second then finds the work done.
    perform pg_advisory_xact_lock(7204173293);
    select count(*) into number from pg_inherits where inhparent = 'public.leaf'::regclass;
    if reach / width - number >= 8 then
        raise exception 'position % is more than 8 partitions ahead of the last one', reach
            using errcode = 'invalid_parameter_value';
    end if;
    while number <= reach / width loop
        part := format('leaf_%s', lpad(number::text, 6, '0'));
        -- Made detached, fenced, then attached: `partition of` would lock out every reader.
        execute format('create table public.%I (like public.leaf including all)', part);
        execute format('comment on table public.%I is %L', part, 'evidence: leaves of a range of positions');
        execute format(
            'create trigger fence_row before update or delete on public.%I '
            'for each row execute function public.refuse_change()', part
        );
        execute format(
            'create trigger fence_truncate before truncate on public.%I '
            'for each statement execute function public.refuse_change()', part
        );
        execute format('alter table public.%I enable always trigger fence_row', part);
        execute format('alter table public.%I enable always trigger fence_truncate', part);
        execute format(
            'alter table public.leaf attach partition public.%I for values from (%L) to (%L)',
            part, number * width, (number + 1) * width
        );
        number := number + 1;
        made := made + 1;
    end loop;
    return made;
end;
$function$;

-- [grant] public.make_leaf_partitions(bigint) | execute mingzhang_door
grant execute on routine public.make_leaf_partitions(bigint) to mingzhang_door;

-- [owner] public.make_leaf_partitions(bigint)
alter routine public.make_leaf_partitions(bigint) owner to mingzhang_partitioner;

-- [relation] public.memorandum
create table public.memorandum (
    journal integer not null,
    id text not null,
    kind text not null,
    "position" bigint not null,
    organization text not null,
    effective date not null,
    asset text,
    amount bigint not null,
    persons integer,
    counterparty text,
    party bytea,
    due date,
    restriction text,
    project text,
    campaign text,
    region text,
    purpose text,
    product text,
    seller text,
    sale text,
    correction bigint,
    posting integer,
    evidence bytea,
    reference text
);

-- [comment] public.memorandum
comment on table public.memorandum is 'projection: promises of money, help in selling, volunteer hours; amount in minor units, of hours in minutes';

-- [constraint] public.memorandum | memorandum_amount_check
alter table public.memorandum add constraint memorandum_amount_check CHECK ((amount > 0));

-- [constraint] public.memorandum | memorandum_journal_fkey
alter table public.memorandum add constraint memorandum_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.memorandum | memorandum_pkey
alter table public.memorandum add constraint memorandum_pkey PRIMARY KEY (journal, id);

-- [grant] public.memorandum | insert mingzhang_door
grant insert on table public.memorandum to mingzhang_door;

-- [grant] public.memorandum | select mingzhang_door
grant select on table public.memorandum to mingzhang_door;

-- [grant] public.memorandum | select mingzhang_reader
grant select on table public.memorandum to mingzhang_reader;

-- [grant] public.memorandum | update mingzhang_door
grant update on table public.memorandum to mingzhang_door;

-- [index] public.memorandum | public.memorandum_by_correction
CREATE INDEX memorandum_by_correction ON public.memorandum USING btree (journal, correction, posting) WHERE (correction IS NOT NULL);

-- [index] public.memorandum | public.memorandum_by_organization
CREATE INDEX memorandum_by_organization ON public.memorandum USING btree (journal, organization, id);

-- [index] public.memorandum | public.memorandum_by_party
CREATE INDEX memorandum_by_party ON public.memorandum USING btree (journal, party, effective) WHERE (kind = 'volunteer_hours'::text);

-- [index] public.memorandum | public.memorandum_by_position
CREATE INDEX memorandum_by_position ON public.memorandum USING btree (journal, "position");

-- [index] public.memorandum | public.memorandum_by_sale
CREATE INDEX memorandum_by_sale ON public.memorandum USING btree (journal, seller, sale) WHERE (sale IS NOT NULL);

-- [owner] public.memorandum
alter table public.memorandum owner to mingzhang_migrator;

-- [trigger] public.memorandum | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.memorandum FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.memorandum enable always trigger fence_truncate;

-- [relation] public.memorandum_step
create table public.memorandum_step (
    journal integer not null,
    "position" bigint not null,
    memorandum text not null,
    step text not null,
    effective date not null,
    payment bigint,
    amount bigint,
    ground text,
    evidence bytea,
    reference text
);

-- [comment] public.memorandum_step
comment on table public.memorandum_step is 'projection: what settled, withdrew a settlement of, or closed a memorandum';

-- [constraint] public.memorandum_step | memorandum_step_journal_fkey
alter table public.memorandum_step add constraint memorandum_step_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.memorandum_step | memorandum_step_pkey
alter table public.memorandum_step add constraint memorandum_step_pkey PRIMARY KEY (journal, "position");

-- [constraint] public.memorandum_step | memorandum_step_step_check
alter table public.memorandum_step add constraint memorandum_step_step_check CHECK ((step = ANY (ARRAY['settled'::text, 'withdrawn'::text, 'closed'::text])));

-- [grant] public.memorandum_step | insert mingzhang_door
grant insert on table public.memorandum_step to mingzhang_door;

-- [grant] public.memorandum_step | select mingzhang_door
grant select on table public.memorandum_step to mingzhang_door;

-- [grant] public.memorandum_step | select mingzhang_reader
grant select on table public.memorandum_step to mingzhang_reader;

-- [grant] public.memorandum_step | update mingzhang_door
grant update on table public.memorandum_step to mingzhang_door;

-- [index] public.memorandum_step | public.memorandum_step_by_memorandum
CREATE INDEX memorandum_step_by_memorandum ON public.memorandum_step USING btree (journal, memorandum, "position");

-- [index] public.memorandum_step | public.memorandum_step_by_payment
CREATE INDEX memorandum_step_by_payment ON public.memorandum_step USING btree (journal, payment, "position") WHERE (payment IS NOT NULL);

-- [owner] public.memorandum_step
alter table public.memorandum_step owner to mingzhang_migrator;

-- [trigger] public.memorandum_step | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.memorandum_step FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.memorandum_step enable always trigger fence_truncate;

-- [relation] public.migration
create table public.migration (
    number integer not null,
    name text not null,
    sha256 bytea not null,
    applied timestamp with time zone not null default clock_timestamp()
);

-- [comment] public.migration
comment on table public.migration is 'operational: which migrations ran here, and the SHA-256 of each file';

-- [constraint] public.migration | migration_number_check
alter table public.migration add constraint migration_number_check CHECK ((number > 0));

-- [constraint] public.migration | migration_pkey
alter table public.migration add constraint migration_pkey PRIMARY KEY (number);

-- [constraint] public.migration | migration_sha256_check
alter table public.migration add constraint migration_sha256_check CHECK ((octet_length(sha256) = 32));

-- [grant] public.migration | select mingzhang_door
grant select on table public.migration to mingzhang_door;

-- [grant] public.migration | select mingzhang_reader
grant select on table public.migration to mingzhang_reader;

-- [owner] public.migration
alter table public.migration owner to mingzhang_migrator;

-- [trigger] public.migration | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.migration FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.migration enable always trigger fence_truncate;

-- [relation] public.milestone_reached
create table public.milestone_reached (
    journal integer not null,
    "position" bigint not null,
    agreement text not null,
    milestone text not null,
    evidence bytea,
    reference text
);

-- [comment] public.milestone_reached
comment on table public.milestone_reached is 'projection: milestones of agreements that were reached, with their papers';

-- [constraint] public.milestone_reached | milestone_reached_journal_fkey
alter table public.milestone_reached add constraint milestone_reached_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.milestone_reached | milestone_reached_pkey
alter table public.milestone_reached add constraint milestone_reached_pkey PRIMARY KEY (journal, "position");

-- [grant] public.milestone_reached | insert mingzhang_door
grant insert on table public.milestone_reached to mingzhang_door;

-- [grant] public.milestone_reached | select mingzhang_door
grant select on table public.milestone_reached to mingzhang_door;

-- [grant] public.milestone_reached | select mingzhang_reader
grant select on table public.milestone_reached to mingzhang_reader;

-- [grant] public.milestone_reached | update mingzhang_door
grant update on table public.milestone_reached to mingzhang_door;

-- [index] public.milestone_reached | public.milestone_reached_by_agreement
CREATE INDEX milestone_reached_by_agreement ON public.milestone_reached USING btree (journal, agreement, milestone);

-- [owner] public.milestone_reached
alter table public.milestone_reached owner to mingzhang_migrator;

-- [trigger] public.milestone_reached | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.milestone_reached FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.milestone_reached enable always trigger fence_truncate;

-- [relation] public.organization
create table public.organization (
    journal integer not null,
    id text not null,
    version integer not null,
    "position" bigint not null,
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
    identifiers text[] not null
);

-- [comment] public.organization
comment on table public.organization is 'projection: the newest version of every organization record';

-- [constraint] public.organization | organization_journal_fkey
alter table public.organization add constraint organization_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.organization | organization_pkey
alter table public.organization add constraint organization_pkey PRIMARY KEY (journal, id);

-- [grant] public.organization | insert mingzhang_door
grant insert on table public.organization to mingzhang_door;

-- [grant] public.organization | select mingzhang_door
grant select on table public.organization to mingzhang_door;

-- [grant] public.organization | select mingzhang_reader
grant select on table public.organization to mingzhang_reader;

-- [grant] public.organization | update mingzhang_door
grant update on table public.organization to mingzhang_door;

-- [index] public.organization | public.organization_by_name
CREATE INDEX organization_by_name ON public.organization USING btree (journal, name, id);

-- [index] public.organization | public.organization_by_uscc
CREATE UNIQUE INDEX organization_by_uscc ON public.organization USING btree (journal, uscc) WHERE (uscc IS NOT NULL);

-- [owner] public.organization
alter table public.organization owner to mingzhang_migrator;

-- [trigger] public.organization | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.organization FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.organization enable always trigger fence_truncate;

-- [relation] public.organization_status
create table public.organization_status (
    journal integer not null,
    organization text not null,
    n integer not null,
    kind text not null,
    valid_from date not null,
    valid_until date
);

-- [comment] public.organization_status
comment on table public.organization_status is 'projection: effective-dated status and qualifications of the newest version';

-- [constraint] public.organization_status | organization_status_journal_fkey
alter table public.organization_status add constraint organization_status_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.organization_status | organization_status_pkey
alter table public.organization_status add constraint organization_status_pkey PRIMARY KEY (journal, organization, n);

-- [grant] public.organization_status | delete mingzhang_door
grant delete on table public.organization_status to mingzhang_door;

-- [grant] public.organization_status | insert mingzhang_door
grant insert on table public.organization_status to mingzhang_door;

-- [grant] public.organization_status | select mingzhang_door
grant select on table public.organization_status to mingzhang_door;

-- [grant] public.organization_status | select mingzhang_reader
grant select on table public.organization_status to mingzhang_reader;

-- [grant] public.organization_status | update mingzhang_door
grant update on table public.organization_status to mingzhang_door;

-- [owner] public.organization_status
alter table public.organization_status owner to mingzhang_migrator;

-- [trigger] public.organization_status | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.organization_status FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.organization_status enable always trigger fence_truncate;

-- [relation] public.period
create table public.period (
    journal integer not null,
    "position" bigint not null,
    organization text not null,
    through date
);

-- [comment] public.period
comment on table public.period is 'projection: closings and reopenings of books; the newest of an organization holds';

-- [constraint] public.period | period_journal_fkey
alter table public.period add constraint period_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.period | period_pkey
alter table public.period add constraint period_pkey PRIMARY KEY (journal, "position");

-- [grant] public.period | insert mingzhang_door
grant insert on table public.period to mingzhang_door;

-- [grant] public.period | select mingzhang_door
grant select on table public.period to mingzhang_door;

-- [grant] public.period | select mingzhang_reader
grant select on table public.period to mingzhang_reader;

-- [grant] public.period | update mingzhang_door
grant update on table public.period to mingzhang_door;

-- [index] public.period | public.period_by_organization
CREATE INDEX period_by_organization ON public.period USING btree (journal, organization, "position");

-- [owner] public.period
alter table public.period owner to mingzhang_migrator;

-- [trigger] public.period | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.period FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.period enable always trigger fence_truncate;

-- [relation] public.person
create table public.person (
    journal integer not null,
    id uuid not null,
    wrapped_key bytea not null,
    matched bytea
);

-- [comment] public.person
comment on table public.person is 'vault: one data key per person, wrapped by the key-encryption key; keyed hash for matching';

-- [constraint] public.person | person_journal_fkey
alter table public.person add constraint person_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.person | person_pkey
alter table public.person add constraint person_pkey PRIMARY KEY (journal, id);

-- [grant] public.person | delete mingzhang_eraser
grant delete on table public.person to mingzhang_eraser;

-- [grant] public.person | insert mingzhang_door
grant insert on table public.person to mingzhang_door;

-- [grant] public.person | select mingzhang_door
grant select on table public.person to mingzhang_door;

-- [grant] public.person | select mingzhang_eraser
grant select on table public.person to mingzhang_eraser;

-- [grant] public.person | update (wrapped_key) mingzhang_eraser
grant update (wrapped_key) on table public.person to mingzhang_eraser;

-- [index] public.person | public.person_by_match
CREATE INDEX person_by_match ON public.person USING btree (journal, matched) WHERE (matched IS NOT NULL);

-- [owner] public.person
alter table public.person owner to mingzhang_migrator;

-- [trigger] public.person | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.person FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.person enable always trigger fence_truncate;

-- [relation] public.person_mark
create table public.person_mark (
    journal integer not null,
    "position" bigint not null,
    person uuid not null,
    mark text not null,
    placed bigint
);

-- [comment] public.person_mark
comment on table public.person_mark is 'vault: persons who must not be erased while a case lasts, and those whose data may be stored and nothing else';

-- [constraint] public.person_mark | person_mark_check
alter table public.person_mark add constraint person_mark_check CHECK (((mark = 'case-hold-lifted'::text) = (placed IS NOT NULL)));

-- [constraint] public.person_mark | person_mark_journal_fkey
alter table public.person_mark add constraint person_mark_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.person_mark | person_mark_journal_person_fkey
alter table public.person_mark add constraint person_mark_journal_person_fkey FOREIGN KEY (journal, person) REFERENCES public.person(journal, id) ON DELETE CASCADE;

-- [constraint] public.person_mark | person_mark_mark_check
alter table public.person_mark add constraint person_mark_mark_check CHECK ((mark = ANY (ARRAY['case-hold'::text, 'case-hold-lifted'::text, 'storage-only'::text])));

-- [constraint] public.person_mark | person_mark_pkey
alter table public.person_mark add constraint person_mark_pkey PRIMARY KEY (journal, "position", person);

-- [grant] public.person_mark | delete mingzhang_eraser
grant delete on table public.person_mark to mingzhang_eraser;

-- [grant] public.person_mark | insert mingzhang_door
grant insert on table public.person_mark to mingzhang_door;

-- [grant] public.person_mark | select mingzhang_door
grant select on table public.person_mark to mingzhang_door;

-- [grant] public.person_mark | select mingzhang_eraser
grant select on table public.person_mark to mingzhang_eraser;

-- [index] public.person_mark | public.person_mark_by_person
CREATE INDEX person_mark_by_person ON public.person_mark USING btree (journal, person);

-- [owner] public.person_mark
alter table public.person_mark owner to mingzhang_migrator;

-- [trigger] public.person_mark | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.person_mark FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.person_mark enable always trigger fence_truncate;

-- [relation] public.personal
create table public.personal (
    journal integer not null,
    commitment bytea not null,
    person uuid not null,
    "position" bigint not null,
    nonce bytea not null,
    ciphertext bytea not null
);

-- [comment] public.personal
comment on table public.personal is 'vault: salt and data behind one commitment, AES-256-GCM under the person''s key';

-- [constraint] public.personal | personal_commitment_check
alter table public.personal add constraint personal_commitment_check CHECK ((octet_length(commitment) = 32));

-- [constraint] public.personal | personal_journal_fkey
alter table public.personal add constraint personal_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.personal | personal_journal_person_fkey
alter table public.personal add constraint personal_journal_person_fkey FOREIGN KEY (journal, person) REFERENCES public.person(journal, id) ON DELETE CASCADE;

-- [constraint] public.personal | personal_pkey
alter table public.personal add constraint personal_pkey PRIMARY KEY (journal, commitment);

-- [grant] public.personal | delete mingzhang_eraser
grant delete on table public.personal to mingzhang_eraser;

-- [grant] public.personal | insert mingzhang_door
grant insert on table public.personal to mingzhang_door;

-- [grant] public.personal | select mingzhang_door
grant select on table public.personal to mingzhang_door;

-- [grant] public.personal | select mingzhang_eraser
grant select on table public.personal to mingzhang_eraser;

-- [index] public.personal | public.personal_by_person
CREATE INDEX personal_by_person ON public.personal USING btree (journal, person);

-- [index] public.personal | public.personal_by_position
CREATE INDEX personal_by_position ON public.personal USING btree (journal, "position");

-- [owner] public.personal
alter table public.personal owner to mingzhang_migrator;

-- [trigger] public.personal | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.personal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.personal enable always trigger fence_truncate;

-- [relation] public.posting
create table public.posting (
    journal integer not null,
    "position" bigint not null,
    book text not null,
    n integer not null,
    asset text not null,
    amount bigint not null,
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
    cost text
);

-- [comment] public.posting
comment on table public.posting is 'projection: every leg of every entry, with both accounts'' sequence and totals';

-- [constraint] public.posting | posting_amount_check
alter table public.posting add constraint posting_amount_check CHECK ((amount > 0));

-- [constraint] public.posting | posting_book_check
alter table public.posting add constraint posting_book_check CHECK ((book = ANY (ARRAY['fund'::text, 'custody'::text])));

-- [constraint] public.posting | posting_pkey
alter table public.posting add constraint posting_pkey PRIMARY KEY (journal, "position", book, n);

-- [grant] public.posting | insert mingzhang_door
grant insert on table public.posting to mingzhang_door;

-- [grant] public.posting | select mingzhang_door
grant select on table public.posting to mingzhang_door;

-- [grant] public.posting | select mingzhang_reader
grant select on table public.posting to mingzhang_reader;

-- [index] public.posting | public.posting_from
CREATE INDEX posting_from ON public.posting USING btree (journal, from_account, from_seq);

-- [index] public.posting | public.posting_to
CREATE INDEX posting_to ON public.posting USING btree (journal, to_account, to_seq);

-- [owner] public.posting
alter table public.posting owner to mingzhang_migrator;

-- [trigger] public.posting | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.posting FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.posting enable always trigger fence_truncate;

-- [relation] public.poverty_county
create table public.poverty_county (
    edition text not null,
    code text not null,
    valid_from date not null,
    valid_until date
);

-- [comment] public.poverty_county
comment on table public.poverty_county is 'lookup: counties marked as poverty counties, by date';

-- [constraint] public.poverty_county | poverty_county_pkey
alter table public.poverty_county add constraint poverty_county_pkey PRIMARY KEY (edition, code, valid_from);

-- [grant] public.poverty_county | insert mingzhang_door
grant insert on table public.poverty_county to mingzhang_door;

-- [grant] public.poverty_county | select mingzhang_door
grant select on table public.poverty_county to mingzhang_door;

-- [grant] public.poverty_county | select mingzhang_reader
grant select on table public.poverty_county to mingzhang_reader;

-- [owner] public.poverty_county
alter table public.poverty_county owner to mingzhang_migrator;

-- [trigger] public.poverty_county | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.poverty_county FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.poverty_county enable always trigger fence_truncate;

-- [relation] public.project
create table public.project (
    journal integer not null,
    id text not null,
    version integer not null,
    "position" bigint not null,
    organization text not null,
    code text not null,
    name text not null,
    name_en text,
    purpose text,
    region text,
    starts date,
    ends date,
    status text not null,
    identifiers text[] not null
);

-- [comment] public.project
comment on table public.project is 'projection: the newest version of every project record';

-- [constraint] public.project | project_journal_fkey
alter table public.project add constraint project_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.project | project_pkey
alter table public.project add constraint project_pkey PRIMARY KEY (journal, id);

-- [grant] public.project | insert mingzhang_door
grant insert on table public.project to mingzhang_door;

-- [grant] public.project | select mingzhang_door
grant select on table public.project to mingzhang_door;

-- [grant] public.project | select mingzhang_reader
grant select on table public.project to mingzhang_reader;

-- [grant] public.project | update mingzhang_door
grant update on table public.project to mingzhang_door;

-- [index] public.project | public.project_by_code
CREATE UNIQUE INDEX project_by_code ON public.project USING btree (journal, organization, code);

-- [index] public.project | public.project_by_name
CREATE INDEX project_by_name ON public.project USING btree (journal, name, id);

-- [owner] public.project
alter table public.project owner to mingzhang_migrator;

-- [trigger] public.project | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.project FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.project enable always trigger fence_truncate;

-- [relation] public.proposal
create table public.proposal (
    journal integer not null,
    id uuid not null,
    organization text not null,
    initiator text not null,
    command bytea not null,
    digest bytea not null,
    companions bytea,
    proposed timestamp with time zone not null,
    expires timestamp with time zone not null,
    signature text
);

-- [comment] public.proposal
comment on table public.proposal is 'operational: commands that wait for a second officer, with the sealed rows that go with them; these go when it is over, and the initiator may sign later [door: insert, update (signature, companions)] [reader: none]';

-- [constraint] public.proposal | proposal_journal_fkey
alter table public.proposal add constraint proposal_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.proposal | proposal_pkey
alter table public.proposal add constraint proposal_pkey PRIMARY KEY (journal, id);

-- [grant] public.proposal | insert mingzhang_door
grant insert on table public.proposal to mingzhang_door;

-- [grant] public.proposal | select mingzhang_door
grant select on table public.proposal to mingzhang_door;

-- [grant] public.proposal | update (companions) mingzhang_door
grant update (companions) on table public.proposal to mingzhang_door;

-- [grant] public.proposal | update (signature) mingzhang_door
grant update (signature) on table public.proposal to mingzhang_door;

-- [index] public.proposal | public.proposal_by_organization
CREATE INDEX proposal_by_organization ON public.proposal USING btree (journal, organization, proposed);

-- [owner] public.proposal
alter table public.proposal owner to mingzhang_migrator;

-- [trigger] public.proposal | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.proposal FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.proposal enable always trigger fence_truncate;

-- [relation] public.proposal_decision
create table public.proposal_decision (
    journal integer not null,
    id uuid not null,
    outcome text not null,
    officer text not null,
    reason text,
    decided timestamp with time zone not null,
    "position" bigint
);

-- [comment] public.proposal_decision
comment on table public.proposal_decision is 'operational: what became of a proposal; one decision each, whoever was first [door: insert]';

-- [constraint] public.proposal_decision | proposal_decision_journal_id_fkey
alter table public.proposal_decision add constraint proposal_decision_journal_id_fkey FOREIGN KEY (journal, id) REFERENCES public.proposal(journal, id);

-- [constraint] public.proposal_decision | proposal_decision_outcome_check
alter table public.proposal_decision add constraint proposal_decision_outcome_check CHECK ((outcome = ANY (ARRAY['approved'::text, 'declined'::text, 'withdrawn'::text])));

-- [constraint] public.proposal_decision | proposal_decision_pkey
alter table public.proposal_decision add constraint proposal_decision_pkey PRIMARY KEY (journal, id);

-- [grant] public.proposal_decision | insert mingzhang_door
grant insert on table public.proposal_decision to mingzhang_door;

-- [grant] public.proposal_decision | select mingzhang_door
grant select on table public.proposal_decision to mingzhang_door;

-- [grant] public.proposal_decision | select mingzhang_reader
grant select on table public.proposal_decision to mingzhang_reader;

-- [owner] public.proposal_decision
alter table public.proposal_decision owner to mingzhang_migrator;

-- [trigger] public.proposal_decision | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.proposal_decision FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.proposal_decision enable always trigger fence_truncate;

-- [relation] public.record
create table public.record (
    journal integer not null,
    noun text not null,
    id text not null,
    version integer not null,
    "position" bigint not null,
    content bytea not null,
    digest bytea not null
);

-- [comment] public.record
comment on table public.record is 'evidence: every version of every record; a leaf holds its digest';

-- [constraint] public.record | record_digest_check
alter table public.record add constraint record_digest_check CHECK ((octet_length(digest) = 32));

-- [constraint] public.record | record_journal_fkey
alter table public.record add constraint record_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.record | record_pkey
alter table public.record add constraint record_pkey PRIMARY KEY (journal, noun, id, version);

-- [constraint] public.record | record_version_check
alter table public.record add constraint record_version_check CHECK ((version > 0));

-- [grant] public.record | insert mingzhang_door
grant insert on table public.record to mingzhang_door;

-- [grant] public.record | select mingzhang_door
grant select on table public.record to mingzhang_door;

-- [grant] public.record | select mingzhang_reader
grant select on table public.record to mingzhang_reader;

-- [index] public.record | public.record_by_position
CREATE INDEX record_by_position ON public.record USING btree (journal, "position");

-- [owner] public.record
alter table public.record owner to mingzhang_migrator;

-- [trigger] public.record | fence_row
CREATE TRIGGER fence_row BEFORE DELETE OR UPDATE ON public.record FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
alter table public.record enable always trigger fence_row;

-- [trigger] public.record | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.record FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.record enable always trigger fence_truncate;

-- [relation] public.reference_list
create table public.reference_list (
    journal integer not null,
    name text not null,
    edition text not null,
    "position" bigint not null,
    content bytea not null,
    digest bytea not null
);

-- [comment] public.reference_list
comment on table public.reference_list is 'evidence: loaded lists (regions, focus areas, poverty counties); a leaf holds the digest';

-- [constraint] public.reference_list | reference_list_digest_check
alter table public.reference_list add constraint reference_list_digest_check CHECK ((octet_length(digest) = 32));

-- [constraint] public.reference_list | reference_list_journal_fkey
alter table public.reference_list add constraint reference_list_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.reference_list | reference_list_pkey
alter table public.reference_list add constraint reference_list_pkey PRIMARY KEY (journal, name, edition);

-- [grant] public.reference_list | insert mingzhang_door
grant insert on table public.reference_list to mingzhang_door;

-- [grant] public.reference_list | select mingzhang_door
grant select on table public.reference_list to mingzhang_door;

-- [grant] public.reference_list | select mingzhang_reader
grant select on table public.reference_list to mingzhang_reader;

-- [owner] public.reference_list
alter table public.reference_list owner to mingzhang_migrator;

-- [trigger] public.reference_list | fence_row
CREATE TRIGGER fence_row BEFORE DELETE OR UPDATE ON public.reference_list FOR EACH ROW EXECUTE FUNCTION public.refuse_change();
alter table public.reference_list enable always trigger fence_row;

-- [trigger] public.reference_list | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.reference_list FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.reference_list enable always trigger fence_truncate;

-- [function] public.refuse_change()
CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
    raise exception '% on %.% is refused', lower(tg_op), tg_table_schema, tg_table_name
        using errcode = 'restrict_violation',
        hint = 'Evidence is never changed: append a correction.';
end;
$function$;

-- [grant] public.refuse_change() | execute mingzhang_partitioner
grant execute on routine public.refuse_change() to mingzhang_partitioner;

-- [owner] public.refuse_change()
alter routine public.refuse_change() owner to mingzhang_migrator;

-- [relation] public.region
create table public.region (
    edition text not null,
    code text not null,
    name text not null,
    level text not null,
    parent text,
    path text[] not null,
    valid_from date not null
);

-- [comment] public.region
comment on table public.region is 'lookup: GB/T 2260 codes by edition; path holds the codes from the province down to itself';

-- [constraint] public.region | region_pkey
alter table public.region add constraint region_pkey PRIMARY KEY (edition, code);

-- [grant] public.region | insert mingzhang_door
grant insert on table public.region to mingzhang_door;

-- [grant] public.region | select mingzhang_door
grant select on table public.region to mingzhang_door;

-- [grant] public.region | select mingzhang_reader
grant select on table public.region to mingzhang_reader;

-- [index] public.region | public.region_by_parent
CREATE INDEX region_by_parent ON public.region USING btree (edition, parent);

-- [owner] public.region
alter table public.region owner to mingzhang_migrator;

-- [trigger] public.region | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.region FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.region enable always trigger fence_truncate;

-- [relation] public.region_predecessor
create table public.region_predecessor (
    edition text not null,
    code text not null,
    previous_edition text not null,
    previous_code text not null
);

-- [comment] public.region_predecessor
comment on table public.region_predecessor is 'lookup: which region of an earlier edition a region continues';

-- [constraint] public.region_predecessor | region_predecessor_pkey
alter table public.region_predecessor add constraint region_predecessor_pkey PRIMARY KEY (edition, code, previous_edition, previous_code);

-- [grant] public.region_predecessor | insert mingzhang_door
grant insert on table public.region_predecessor to mingzhang_door;

-- [grant] public.region_predecessor | select mingzhang_door
grant select on table public.region_predecessor to mingzhang_door;

-- [grant] public.region_predecessor | select mingzhang_reader
grant select on table public.region_predecessor to mingzhang_reader;

-- [index] public.region_predecessor | public.region_predecessor_by_previous
CREATE INDEX region_predecessor_by_previous ON public.region_predecessor USING btree (previous_edition, previous_code);

-- [owner] public.region_predecessor
alter table public.region_predecessor owner to mingzhang_migrator;

-- [trigger] public.region_predecessor | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.region_predecessor FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.region_predecessor enable always trigger fence_truncate;

-- [function] public.regions_below(text)
CREATE OR REPLACE FUNCTION public.regions_below(outside text)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
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
$function$;

-- [grant] public.regions_below(text) | execute public
grant execute on routine public.regions_below(text) to public;

-- [owner] public.regions_below(text)
alter routine public.regions_below(text) owner to mingzhang_migrator;

-- [relation] public.reliance
create table public.reliance (
    journal integer not null,
    "position" bigint not null,
    noun text not null,
    key text not null
);

-- [comment] public.reliance
comment on table public.reliance is 'projection: entries whose money relies on a change of its restriction, or on an agreement';

-- [constraint] public.reliance | reliance_journal_fkey
alter table public.reliance add constraint reliance_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.reliance | reliance_noun_check
alter table public.reliance add constraint reliance_noun_check CHECK ((noun = ANY (ARRAY['change'::text, 'agreement'::text])));

-- [constraint] public.reliance | reliance_pkey
alter table public.reliance add constraint reliance_pkey PRIMARY KEY (journal, "position");

-- [grant] public.reliance | insert mingzhang_door
grant insert on table public.reliance to mingzhang_door;

-- [grant] public.reliance | select mingzhang_door
grant select on table public.reliance to mingzhang_door;

-- [grant] public.reliance | select mingzhang_reader
grant select on table public.reliance to mingzhang_reader;

-- [grant] public.reliance | update mingzhang_door
grant update on table public.reliance to mingzhang_door;

-- [index] public.reliance | public.reliance_by_key
CREATE INDEX reliance_by_key ON public.reliance USING btree (journal, noun, key);

-- [owner] public.reliance
alter table public.reliance owner to mingzhang_migrator;

-- [trigger] public.reliance | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.reliance FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.reliance enable always trigger fence_truncate;

-- [relation] public.restriction
create table public.restriction (
    journal integer not null,
    id text not null,
    organization text not null,
    purposes text[] not null,
    region text,
    project text,
    categories text[] not null,
    valid_from date,
    valid_until date,
    fee_cap integer,
    "position" bigint not null,
    investment text
);

-- [comment] public.restriction
comment on table public.restriction is 'projection: what donated money may be used for; fee_cap in basis points';

-- [constraint] public.restriction | restriction_journal_fkey
alter table public.restriction add constraint restriction_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.restriction | restriction_pkey
alter table public.restriction add constraint restriction_pkey PRIMARY KEY (journal, id);

-- [grant] public.restriction | insert mingzhang_door
grant insert on table public.restriction to mingzhang_door;

-- [grant] public.restriction | select mingzhang_door
grant select on table public.restriction to mingzhang_door;

-- [grant] public.restriction | select mingzhang_reader
grant select on table public.restriction to mingzhang_reader;

-- [grant] public.restriction | update mingzhang_door
grant update on table public.restriction to mingzhang_door;

-- [index] public.restriction | public.restriction_by_organization
CREATE INDEX restriction_by_organization ON public.restriction USING btree (journal, organization, id);

-- [owner] public.restriction
alter table public.restriction owner to mingzhang_migrator;

-- [trigger] public.restriction | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.restriction FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.restriction enable always trigger fence_truncate;

-- [relation] public.restriction_change
create table public.restriction_change (
    journal integer not null,
    "position" bigint not null,
    organization text not null,
    effective date not null,
    restriction text not null,
    target text,
    asset text not null,
    amount bigint not null,
    basis text not null,
    evidence bytea,
    reference text
);

-- [comment] public.restriction_change
comment on table public.restriction_change is 'projection: documented changes of what so many units may be used for; without a target they are released';

-- [constraint] public.restriction_change | restriction_change_amount_check
alter table public.restriction_change add constraint restriction_change_amount_check CHECK ((amount > 0));

-- [constraint] public.restriction_change | restriction_change_journal_fkey
alter table public.restriction_change add constraint restriction_change_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.restriction_change | restriction_change_pkey
alter table public.restriction_change add constraint restriction_change_pkey PRIMARY KEY (journal, "position");

-- [grant] public.restriction_change | insert mingzhang_door
grant insert on table public.restriction_change to mingzhang_door;

-- [grant] public.restriction_change | select mingzhang_door
grant select on table public.restriction_change to mingzhang_door;

-- [grant] public.restriction_change | select mingzhang_reader
grant select on table public.restriction_change to mingzhang_reader;

-- [grant] public.restriction_change | update mingzhang_door
grant update on table public.restriction_change to mingzhang_door;

-- [index] public.restriction_change | public.restriction_change_by_organization
CREATE INDEX restriction_change_by_organization ON public.restriction_change USING btree (journal, organization, "position");

-- [index] public.restriction_change | public.restriction_change_by_restriction
CREATE INDEX restriction_change_by_restriction ON public.restriction_change USING btree (journal, restriction, "position");

-- [owner] public.restriction_change
alter table public.restriction_change owner to mingzhang_migrator;

-- [trigger] public.restriction_change | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.restriction_change FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.restriction_change enable always trigger fence_truncate;

-- [function] public.settled_of_memorandum(integer,text)
CREATE OR REPLACE FUNCTION public.settled_of_memorandum(of_journal integer, of_memorandum text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
    select coalesce(sum(s.amount), 0)::bigint
    from memorandum_step as s
    where s.journal = of_journal and s.memorandum = of_memorandum and s.step = 'settled'
        and not exists (
            select from entry as e
            where e.journal = s.journal and e.corrects = s.payment
        )
        and not exists (
            select from memorandum_step as w
            where w.journal = s.journal and w.memorandum = s.memorandum and w.payment = s.payment
                and w.step = 'withdrawn' and w.position > s.position
        );
$function$;

-- [grant] public.settled_of_memorandum(integer,text) | execute public
grant execute on routine public.settled_of_memorandum(integer,text) to public;

-- [owner] public.settled_of_memorandum(integer,text)
alter routine public.settled_of_memorandum(integer,text) owner to mingzhang_migrator;

-- [relation] public.slice
create table public.slice (
    journal integer not null,
    "position" bigint not null,
    posting integer not null,
    n integer not null,
    source text not null,
    lo bigint not null,
    hi bigint not null,
    target text not null,
    landed bigint not null,
    landed_hi bigint not null
);

-- [comment] public.slice
comment on table public.slice is 'projection: units [lo, hi) of the source axis landed at [landed, landed_hi) of the target axis';

-- [constraint] public.slice | slice_check
alter table public.slice add constraint slice_check CHECK ((hi > lo));

-- [constraint] public.slice | slice_check1
alter table public.slice add constraint slice_check1 CHECK ((landed_hi > landed));

-- [constraint] public.slice | slice_pkey
alter table public.slice add constraint slice_pkey PRIMARY KEY (journal, "position", posting, n);

-- [grant] public.slice | insert mingzhang_door
grant insert on table public.slice to mingzhang_door;

-- [grant] public.slice | select mingzhang_door
grant select on table public.slice to mingzhang_door;

-- [grant] public.slice | select mingzhang_reader
grant select on table public.slice to mingzhang_reader;

-- [index] public.slice | public.slice_by_source
CREATE INDEX slice_by_source ON public.slice USING btree (journal, source, lo) INCLUDE (hi, "position");

-- [index] public.slice | public.slice_by_target
CREATE INDEX slice_by_target ON public.slice USING btree (journal, target, landed) INCLUDE (landed_hi, "position");

-- [owner] public.slice
alter table public.slice owner to mingzhang_migrator;

-- [trigger] public.slice | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.slice FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.slice enable always trigger fence_truncate;

-- [relation] public.snapshot_block
create table public.snapshot_block (
    journal integer not null,
    through bigint not null,
    asset text collate "C" not null,
    number integer not null,
    first text collate "C" not null,
    total_in numeric not null,
    total_out numeric not null,
    held numeric not null,
    digest bytea not null
);

-- [comment] public.snapshot_block
comment on table public.snapshot_block is 'operational: subtrees of 256 lines of a snapshot; a proof made of them is held against the root in a leaf [door: insert]';

-- [constraint] public.snapshot_block | snapshot_block_digest_check
alter table public.snapshot_block add constraint snapshot_block_digest_check CHECK ((octet_length(digest) = 32));

-- [constraint] public.snapshot_block | snapshot_block_journal_fkey
alter table public.snapshot_block add constraint snapshot_block_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.snapshot_block | snapshot_block_pkey
alter table public.snapshot_block add constraint snapshot_block_pkey PRIMARY KEY (journal, through, asset, number);

-- [grant] public.snapshot_block | insert mingzhang_door
grant insert on table public.snapshot_block to mingzhang_door;

-- [grant] public.snapshot_block | select mingzhang_door
grant select on table public.snapshot_block to mingzhang_door;

-- [grant] public.snapshot_block | select mingzhang_reader
grant select on table public.snapshot_block to mingzhang_reader;

-- [owner] public.snapshot_block
alter table public.snapshot_block owner to mingzhang_migrator;

-- [trigger] public.snapshot_block | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.snapshot_block FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.snapshot_block enable always trigger fence_truncate;

-- [relation] public.snapshot_line
create table public.snapshot_line (
    journal integer not null,
    asset text collate "C" not null,
    account text collate "C" not null,
    through bigint not null,
    seq bigint not null,
    total_in bigint not null,
    total_out bigint not null,
    held bigint not null,
    free bigint[] not null
);

-- [comment] public.snapshot_line
comment on table public.snapshot_line is 'operational: lines of snapshots, each where it changed; a proof made of them is held against the root in a leaf [door: insert]';

-- [constraint] public.snapshot_line | snapshot_line_journal_fkey
alter table public.snapshot_line add constraint snapshot_line_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.snapshot_line | snapshot_line_pkey
alter table public.snapshot_line add constraint snapshot_line_pkey PRIMARY KEY (journal, asset, account, through);

-- [grant] public.snapshot_line | insert mingzhang_door
grant insert on table public.snapshot_line to mingzhang_door;

-- [grant] public.snapshot_line | select mingzhang_door
grant select on table public.snapshot_line to mingzhang_door;

-- [grant] public.snapshot_line | select mingzhang_reader
grant select on table public.snapshot_line to mingzhang_reader;

-- [owner] public.snapshot_line
alter table public.snapshot_line owner to mingzhang_migrator;

-- [trigger] public.snapshot_line | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.snapshot_line FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.snapshot_line enable always trigger fence_truncate;

-- [relation] public.statement_line
create view public.statement_line with (security_invoker=true) as
 SELECT posting.journal,
    posting.to_account AS account,
    posting.to_seq AS seq,
    'in'::text AS direction,
    posting."position",
    posting.book,
    posting.n,
    posting.asset,
    posting.amount,
    posting.to_in AS total_in,
    posting.to_out AS total_out,
    posting.from_account AS other
   FROM public.posting
UNION ALL
 SELECT posting.journal,
    posting.from_account AS account,
    posting.from_seq AS seq,
    'out'::text AS direction,
    posting."position",
    posting.book,
    posting.n,
    posting.asset,
    posting.amount,
    posting.from_in AS total_in,
    posting.from_out AS total_out,
    posting.to_account AS other
   FROM public.posting;

-- [comment] public.statement_line
comment on table public.statement_line is 'projection: postings in account sequence, with the account''s running totals';

-- [grant] public.statement_line | select mingzhang_door
grant select on table public.statement_line to mingzhang_door;

-- [grant] public.statement_line | select mingzhang_reader
grant select on table public.statement_line to mingzhang_reader;

-- [owner] public.statement_line
alter table public.statement_line owner to mingzhang_migrator;

-- [relation] public.tile
create table public.tile (
    journal integer not null,
    level integer not null,
    number bigint not null,
    nodes bytea not null
);

-- [comment] public.tile
comment on table public.tile is 'projection: hash tiles (c2sp.org/tlog-tiles); the last of each level is still growing';

-- [constraint] public.tile | tile_journal_fkey
alter table public.tile add constraint tile_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.tile | tile_pkey
alter table public.tile add constraint tile_pkey PRIMARY KEY (journal, level, number);

-- [grant] public.tile | insert mingzhang_door
grant insert on table public.tile to mingzhang_door;

-- [grant] public.tile | select mingzhang_door
grant select on table public.tile to mingzhang_door;

-- [grant] public.tile | select mingzhang_reader
grant select on table public.tile to mingzhang_reader;

-- [grant] public.tile | update mingzhang_door
grant update on table public.tile to mingzhang_door;

-- [owner] public.tile
alter table public.tile owner to mingzhang_migrator;

-- [trigger] public.tile | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.tile FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.tile enable always trigger fence_truncate;

-- [relation] public.token
create table public.token (
    id uuid not null,
    digest bytea not null,
    role text not null,
    organization text,
    region text,
    label text not null,
    created timestamp with time zone not null,
    expires timestamp with time zone,
    revoked timestamp with time zone,
    last_used timestamp with time zone,
    scopes text[]
);

-- [comment] public.token
comment on table public.token is 'operational: API tokens, hashed';

-- [constraint] public.token | token_digest_key
alter table public.token add constraint token_digest_key UNIQUE (digest);

-- [constraint] public.token | token_pkey
alter table public.token add constraint token_pkey PRIMARY KEY (id);

-- [grant] public.token | insert mingzhang_door
grant insert on table public.token to mingzhang_door;

-- [grant] public.token | select (created) mingzhang_reader
grant select (created) on table public.token to mingzhang_reader;

-- [grant] public.token | select (expires) mingzhang_reader
grant select (expires) on table public.token to mingzhang_reader;

-- [grant] public.token | select (id) mingzhang_reader
grant select (id) on table public.token to mingzhang_reader;

-- [grant] public.token | select (label) mingzhang_reader
grant select (label) on table public.token to mingzhang_reader;

-- [grant] public.token | select (last_used) mingzhang_reader
grant select (last_used) on table public.token to mingzhang_reader;

-- [grant] public.token | select (organization) mingzhang_reader
grant select (organization) on table public.token to mingzhang_reader;

-- [grant] public.token | select (region) mingzhang_reader
grant select (region) on table public.token to mingzhang_reader;

-- [grant] public.token | select (revoked) mingzhang_reader
grant select (revoked) on table public.token to mingzhang_reader;

-- [grant] public.token | select (role) mingzhang_reader
grant select (role) on table public.token to mingzhang_reader;

-- [grant] public.token | select mingzhang_door
grant select on table public.token to mingzhang_door;

-- [grant] public.token | update mingzhang_door
grant update on table public.token to mingzhang_door;

-- [owner] public.token
alter table public.token owner to mingzhang_migrator;

-- [trigger] public.token | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.token FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.token enable always trigger fence_truncate;

-- [function] public.token_by_digest(bytea)
CREATE OR REPLACE FUNCTION public.token_by_digest(wanted bytea)
 RETURNS TABLE(id uuid, role text, organization text, region text, expires timestamp with time zone, revoked timestamp with time zone, scopes text[])
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
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
$function$;

-- [grant] public.token_by_digest(bytea) | execute mingzhang_door
grant execute on routine public.token_by_digest(bytea) to mingzhang_door;

-- [grant] public.token_by_digest(bytea) | execute mingzhang_reader
grant execute on routine public.token_by_digest(bytea) to mingzhang_reader;

-- [owner] public.token_by_digest(bytea)
alter routine public.token_by_digest(bytea) owner to mingzhang_migrator;

-- [function] public.used_of_change(integer,bigint)
CREATE OR REPLACE FUNCTION public.used_of_change(of_journal integer, of_change bigint)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'public', 'pg_temp'
AS $function$
    select coalesce(sum(case when p.position = r.position then p.amount else -p.amount end), 0)::bigint
    from reliance as r
    left join entry as e on e.journal = r.journal and e.corrects = r.position
    inner join posting as p
        on p.journal = r.journal and p.position in (r.position, e.position) and p.book = 'fund'
    where r.journal = of_journal and r.noun = 'change' and r.key = of_change::text;
$function$;

-- [grant] public.used_of_change(integer,bigint) | execute public
grant execute on routine public.used_of_change(integer,bigint) to public;

-- [owner] public.used_of_change(integer,bigint)
alter routine public.used_of_change(integer,bigint) owner to mingzhang_migrator;

-- [relation] public.verification
create table public.verification (
    journal integer not null,
    finished timestamp with time zone not null,
    size bigint not null,
    verdict text not null,
    findings jsonb not null
);

-- [comment] public.verification
comment on table public.verification is 'operational: completed background replays';

-- [constraint] public.verification | verification_journal_fkey
alter table public.verification add constraint verification_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.verification | verification_pkey
alter table public.verification add constraint verification_pkey PRIMARY KEY (journal, finished);

-- [grant] public.verification | insert mingzhang_door
grant insert on table public.verification to mingzhang_door;

-- [grant] public.verification | select mingzhang_door
grant select on table public.verification to mingzhang_door;

-- [grant] public.verification | select mingzhang_reader
grant select on table public.verification to mingzhang_reader;

-- [owner] public.verification
alter table public.verification owner to mingzhang_migrator;

-- [trigger] public.verification | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.verification FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.verification enable always trigger fence_truncate;

-- [relation] public.webhook
create table public.webhook (
    journal integer not null,
    id uuid not null,
    role text not null,
    organization text,
    token uuid,
    label text not null,
    address text not null,
    query text not null,
    variables text not null,
    "position" bigint not null,
    state text not null,
    reason text,
    failures integer not null default 0,
    due timestamp with time zone not null,
    lease uuid,
    leased_until timestamp with time zone,
    created timestamp with time zone not null
);

-- [comment] public.webhook
comment on table public.webhook is 'operational: addresses that are told of entries, how far each has got, and who tells it [door: insert, update] [reader: none]';

-- [constraint] public.webhook | webhook_journal_fkey
alter table public.webhook add constraint webhook_journal_fkey FOREIGN KEY (journal) REFERENCES public.journal(id);

-- [constraint] public.webhook | webhook_pkey
alter table public.webhook add constraint webhook_pkey PRIMARY KEY (journal, id);

-- [constraint] public.webhook | webhook_state_check
alter table public.webhook add constraint webhook_state_check CHECK ((state = ANY (ARRAY['active'::text, 'paused'::text, 'revoked'::text])));

-- [constraint] public.webhook | webhook_token_fkey
alter table public.webhook add constraint webhook_token_fkey FOREIGN KEY (token) REFERENCES public.token(id);

-- [grant] public.webhook | insert mingzhang_door
grant insert on table public.webhook to mingzhang_door;

-- [grant] public.webhook | select mingzhang_door
grant select on table public.webhook to mingzhang_door;

-- [grant] public.webhook | update mingzhang_door
grant update on table public.webhook to mingzhang_door;

-- [owner] public.webhook
alter table public.webhook owner to mingzhang_migrator;

-- [trigger] public.webhook | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.webhook FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.webhook enable always trigger fence_truncate;

-- [relation] public.webhook_delivery
create table public.webhook_delivery (
    journal integer not null,
    webhook uuid not null,
    n bigint not null generated as identity,
    "position" bigint not null,
    at timestamp with time zone not null,
    status integer,
    trouble text,
    milliseconds integer not null
);

-- [comment] public.webhook_delivery
comment on table public.webhook_delivery is 'operational: the newest attempts to deliver, a bounded log whose oldest lines go [door: insert, delete]';

-- [constraint] public.webhook_delivery | webhook_delivery_journal_webhook_fkey
alter table public.webhook_delivery add constraint webhook_delivery_journal_webhook_fkey FOREIGN KEY (journal, webhook) REFERENCES public.webhook(journal, id);

-- [constraint] public.webhook_delivery | webhook_delivery_pkey
alter table public.webhook_delivery add constraint webhook_delivery_pkey PRIMARY KEY (journal, webhook, n);

-- [grant] public.webhook_delivery | delete mingzhang_door
grant delete on table public.webhook_delivery to mingzhang_door;

-- [grant] public.webhook_delivery | insert mingzhang_door
grant insert on table public.webhook_delivery to mingzhang_door;

-- [grant] public.webhook_delivery | select mingzhang_door
grant select on table public.webhook_delivery to mingzhang_door;

-- [grant] public.webhook_delivery | select mingzhang_reader
grant select on table public.webhook_delivery to mingzhang_reader;

-- [owner] public.webhook_delivery
alter table public.webhook_delivery owner to mingzhang_migrator;

-- [trigger] public.webhook_delivery | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.webhook_delivery FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.webhook_delivery enable always trigger fence_truncate;

-- [relation] public.webhook_delivery_n_seq
create sequence public.webhook_delivery_n_seq (
    last_value bigint not null,
    log_cnt bigint not null,
    is_called boolean not null
);

-- [owner] public.webhook_delivery_n_seq
alter table public.webhook_delivery_n_seq owner to mingzhang_migrator;

-- [relation] public.webhook_secret
create table public.webhook_secret (
    journal integer not null,
    webhook uuid not null,
    made timestamp with time zone not null,
    secret text not null
);

-- [comment] public.webhook_secret
comment on table public.webhook_secret is 'operational: what bodies are signed with; one that was replaced counts for a while, and goes [door: insert, delete] [reader: none]';

-- [constraint] public.webhook_secret | webhook_secret_journal_webhook_fkey
alter table public.webhook_secret add constraint webhook_secret_journal_webhook_fkey FOREIGN KEY (journal, webhook) REFERENCES public.webhook(journal, id);

-- [constraint] public.webhook_secret | webhook_secret_pkey
alter table public.webhook_secret add constraint webhook_secret_pkey PRIMARY KEY (journal, webhook, made);

-- [grant] public.webhook_secret | delete mingzhang_door
grant delete on table public.webhook_secret to mingzhang_door;

-- [grant] public.webhook_secret | insert mingzhang_door
grant insert on table public.webhook_secret to mingzhang_door;

-- [grant] public.webhook_secret | select mingzhang_door
grant select on table public.webhook_secret to mingzhang_door;

-- [owner] public.webhook_secret
alter table public.webhook_secret owner to mingzhang_migrator;

-- [trigger] public.webhook_secret | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.webhook_secret FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.webhook_secret enable always trigger fence_truncate;

-- [relation] public.witnessed
create table public.witnessed (
    journal integer not null,
    size bigint not null,
    have integer not null,
    need integer not null,
    total integer not null
);

-- [comment] public.witnessed
comment on table public.witnessed is 'operational: checkpoints that met the policy of witnesses when they did: have of total, of which need are asked';

-- [constraint] public.witnessed | witnessed_have_check
alter table public.witnessed add constraint witnessed_have_check CHECK ((have >= 0));

-- [constraint] public.witnessed | witnessed_journal_size_fkey
alter table public.witnessed add constraint witnessed_journal_size_fkey FOREIGN KEY (journal, size) REFERENCES public.checkpoint(journal, size);

-- [constraint] public.witnessed | witnessed_need_check
alter table public.witnessed add constraint witnessed_need_check CHECK ((need >= 0));

-- [constraint] public.witnessed | witnessed_pkey
alter table public.witnessed add constraint witnessed_pkey PRIMARY KEY (journal, size);

-- [grant] public.witnessed | insert mingzhang_door
grant insert on table public.witnessed to mingzhang_door;

-- [grant] public.witnessed | select mingzhang_door
grant select on table public.witnessed to mingzhang_door;

-- [grant] public.witnessed | select mingzhang_reader
grant select on table public.witnessed to mingzhang_reader;

-- [owner] public.witnessed
alter table public.witnessed owner to mingzhang_migrator;

-- [trigger] public.witnessed | fence_truncate
CREATE TRIGGER fence_truncate BEFORE TRUNCATE ON public.witnessed FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();
alter table public.witnessed enable always trigger fence_truncate;

-- [grant] schema public | create mingzhang_partitioner
grant create on schema public to mingzhang_partitioner;

-- [grant] schema public | usage mingzhang_door
grant usage on schema public to mingzhang_door;

-- [grant] schema public | usage mingzhang_eraser
grant usage on schema public to mingzhang_eraser;

-- [grant] schema public | usage mingzhang_partitioner
grant usage on schema public to mingzhang_partitioner;

-- [grant] schema public | usage mingzhang_reader
grant usage on schema public to mingzhang_reader;

-- [grant] schema public | usage public
grant usage on schema public to public;

-- [owner] schema public
alter schema public owner to mingzhang_migrator;
