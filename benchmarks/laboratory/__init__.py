"""What benches and drills share: own servers, the product's processes, counting, the verdict.

A laboratory stands in a temporary folder and on free loopback ports. It starts its own MariaDB and
Redis and ends, by their process ids, only what it started.
"""
