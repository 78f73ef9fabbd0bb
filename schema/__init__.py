"""What the outside sees: types, inputs, connections, limits, and the contract.

Read in order: `types` (every object type, from one module a noun), `query` (the
roots), `selections` (a validated request as a plain tree), `contract` (all of it
together; `contract.graphql` is what it must say), `asgi/` (the composition root).
"""
