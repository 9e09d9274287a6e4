"""The ledger: what can be measured of a rebuilt text beside its original, one row a check.

Pure Python. ``comparison`` of two texts runs in the sandbox (task ``ledger``), since both are
hostile; ``rules`` turns the rows into HIGH, MEDIUM or LOW.
"""
