"""Docstrings become descriptions: they are the one source, and Strawberry does not read them.

A class's docstring describes its type; a string below an attribute describes the
field of that attribute.  Works on the built schema, whose `_schema` is private
to Strawberry: the version is pinned, and a test looks at every description.
"""

import ast
import inspect
from itertools import pairwise
from textwrap import dedent
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema


def describe(schema: GraphQLSchema) -> None:
    """Give every type, field and enumeration without a description that of its docstring."""
    for kind in schema.type_map.values():
        definition = kind.extensions.get("strawberry-definition")
        origin = getattr(definition, "origin", None) or getattr(definition, "wrapped_cls", None)
        if origin is None:
            continue
        if kind.description is None and origin.__doc__:
            kind.description = inspect.cleandoc(origin.__doc__)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            _describe_fields(kind, origin)


def _describe_fields(kind: GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType, origin: type) -> None:
    texts: dict[str, str] = {}
    for base in reversed(origin.__mro__):
        texts |= _attribute_texts(base)
    for field in kind.fields.values():
        definition: Any = field.extensions.get("strawberry-definition")
        python = getattr(definition, "python_name", None)
        if field.description is None and python is not None:
            resolver = getattr(definition, "base_resolver", None)
            own = resolver.wrapped_func.__doc__ if resolver is not None else None
            field.description = texts.get(python) or (inspect.cleandoc(own) if own else None)


def _attribute_texts(origin: type) -> dict[str, str]:
    """The string below each attribute of a class, if its source can be had."""
    try:
        tree = ast.parse(dedent(inspect.getsource(origin)))
    except (OSError, TypeError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    texts = {}
    for statement, following in pairwise(body):
        match statement, following:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                texts[name] = inspect.cleandoc(text)
            case _:
                pass
    return texts


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Everything of the contract that says nothing about itself."""
    missing = []
    for name, kind in schema.type_map.items():
        if name.startswith("__") or name in {"String", "Int", "Boolean", "ID", "Float"}:
            continue
        if not kind.description:
            missing.append(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            missing += [f"{name}.{key}" for key, field in kind.fields.items() if not field.description]
        if isinstance(kind, GraphQLObjectType):
            missing += [
                f"{name}.{key}({argument})"
                for key, field in kind.fields.items()
                for argument, value in field.args.items()
                if not value.description
            ]
        if isinstance(kind, GraphQLEnumType) and not kind.description:
            missing.append(name)
    return missing
