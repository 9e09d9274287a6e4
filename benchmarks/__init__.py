"""Benches, which measure the product, and drills, which prove its promises by breaking things."""
