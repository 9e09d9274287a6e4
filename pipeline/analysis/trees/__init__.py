"""Languages beside Python, read by parsers: tree-sitter's grammars, and sqlglot for SQL.

A grammar is not the compiler: it can be older than the language, and it sees no macros. So what
it refuses is called broken only where that is sure (``syntax``), and what it accepts is said to be
parsed and no more. Nothing here follows values or knows what a name means.
"""
