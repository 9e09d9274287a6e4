"""Follows values through one Python file, from where they enter to where they can do harm."""
