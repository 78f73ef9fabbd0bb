"""Authorization is the first line of every use case, and everything that mutates is one."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType

import pytest

from resolvers import (
    accounts,
    agreements,
    approvals,
    attestations,
    beneficiaries,
    corrections,
    deliveries,
    disbursements,
    donations,
    entrusted,
    erasure,
    evidence,
    filings,
    goods,
    holds,
    memoranda,
    movements,
    organizations,
    periods,
    personal,
    placements,
    policy,
    projects,
    proposals,
    references,
    restrictions,
    retention,
    returns,
    roster_lines,
    rotation,
    tokens,
    traces_of_attempts,
    webhooks,
)

MODULES = (
    accounts, agreements, approvals, attestations, beneficiaries, corrections, deliveries, disbursements, donations,
    entrusted, erasure, evidence, filings, goods, holds, memoranda, movements, organizations, periods, personal,
    placements, projects, proposals, references, restrictions, retention, returns, roster_lines, rotation, tokens,
    traces_of_attempts, webhooks,
)  # fmt: skip
HELPERS = {"checked", "compose", "keeping", "load_focus_areas", "sealed_roster", "stored_only"}
"""Public functions that are no use case of their own: they prepare one, or call one."""


def use_cases(module: ModuleType) -> list[ast.AsyncFunctionDef]:
    """The module's public coroutine functions whose first argument is the context."""
    return [
        node for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.AsyncFunctionDef) and node.args.args and node.args.args[0].arg == "ctx"
        and not node.name.startswith("_") and node.name not in HELPERS
    ]  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_first_line_asks_the_policy(module: ModuleType) -> None:
    found = use_cases(module)
    assert found
    for node in found:
        first = node.body[1]  # after the docstring
        asks = (
            isinstance(first, ast.Expr)
            and isinstance(first.value, ast.Call)
            and ast.unparse(first.value.func) == "require"
        )
        assert asks, f"{module.__name__}.{node.name} does not begin with require(…)"


def test_officers_of_nobody_act_for_nobody() -> None:
    assert {action for action, roles in policy.ACTIONS.items() if not roles} == set()
