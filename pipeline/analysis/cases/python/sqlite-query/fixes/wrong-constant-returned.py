import sqlite3

def find_orders(conn, customer):
    """Orders of a customer, newest first."""
    return []

def count(conn):
    return conn.execute("SELECT count(*) FROM orders").fetchone()[0]
