"""Every noun that can be read, by name: relations name the noun they lead to."""

from dataclasses import replace

from db import (
    accounts,
    agreements,
    amounts,
    beneficiaries,
    checkpoints,
    deliveries,
    domain,
    entries,
    evidence,
    facts,
    focus_areas,
    holds,
    imports,
    memoranda,
    organizations,
    postings,
    projects,
    regions,
    restrictions,
)
from db.plans import Many, Noun


def _with(noun: Noun, lists: tuple[Many, ...]) -> Noun:
    """The noun with lists of domain records besides its own."""
    return replace(noun, fields=(*noun.fields, *lists))


NOUNS: dict[str, Noun] = {
    noun.name: noun
    for noun in (
        _with(organizations.ORGANIZATION, domain.of_organization()),
        organizations.ORGANIZATION_STATUS,
        organizations.RECORD_VERSION,
        regions.REGION,
        regions.REGION_LINK,
        focus_areas.FOCUS_AREA,
        _with(projects.PROJECT, domain.of_project()),
        beneficiaries.BENEFICIARY,
        beneficiaries.BENEFICIARY_CATEGORY,
        accounts.ACCOUNT,
        accounts.STATEMENT_LINE,
        restrictions.RESTRICTION,
        entries.ENTRY,
        entries.BREACH,
        postings.POSTING,
        postings.POSTING_SIDE,
        checkpoints.CHECKPOINT,
        checkpoints.HEAD,
        imports.IMPORT_BATCH,
        imports.IMPORT_ROW,
        imports.IMPORT_DECISION,
        evidence.EVIDENCE,
        deliveries.DELIVERY,
        holds.HOLD,
        holds.HELD_MOVE,
        holds.PERIOD,
        memoranda.MEMORANDUM,
        memoranda.MEMORANDUM_STEP,
        agreements.RESTRICTION_CHANGE,
        agreements.AGREEMENT,
        agreements.AGREEMENT_MILESTONE,
        facts.FACT,
        amounts.AMOUNT,
        amounts.ASSET,
        *domain.NOUNS,
        *domain.LINES,
    )
}
