"""The bench of jobs: how fast the product runs them, each figure beside another of the same run.

``./dev bench jobs [SECTION ...]`` is bench_jobs.py; each section is a module here.
"""
