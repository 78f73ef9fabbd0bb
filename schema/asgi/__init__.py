"""The composition root: settings → database → door and publisher → context → routes, and the operator's commands.

Read in order: `settings`, `composition`, `application`, then the routes; `command` is the command line.
"""
