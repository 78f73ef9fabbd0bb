"""Every noun that can be read, by name: relations name the noun they lead to."""

from db import (
    accounts,
    amounts,
    beneficiaries,
    checkpoints,
    deliveries,
    entries,
    evidence,
    focus_areas,
    imports,
    organizations,
    postings,
    projects,
    regions,
    restrictions,
)
from db.plans import Noun

NOUNS: dict[str, Noun] = {
    noun.name: noun
    for noun in (
        organizations.ORGANIZATION,
        organizations.ORGANIZATION_STATUS,
        organizations.RECORD_VERSION,
        regions.REGION,
        regions.REGION_LINK,
        focus_areas.FOCUS_AREA,
        projects.PROJECT,
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
        amounts.AMOUNT,
        amounts.ASSET,
    )
}
