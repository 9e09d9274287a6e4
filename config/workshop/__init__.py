"""What `./dev` does: set up, run, test, check, bench and drill, by the standard library alone.

It runs before the virtual environment exists, so nothing here imports Django or a package.
"""
