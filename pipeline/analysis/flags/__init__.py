"""Flag rules for Python: settings and calls that are unsafe as they stand, whatever flows in.

One file a family. Each holds the names it knows as data and a function from the facts of a text to
its flags; the words for people stand in ``knowledge.flags``.
"""
