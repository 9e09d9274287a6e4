"""Django's MySQL backend with one round trip a transaction on top instead of three."""
