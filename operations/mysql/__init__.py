"""Django's MySQL backend with half as many round trips a transaction (operations.mysql.base)."""
