import sqlite3

def find_orders(conn, customer):
    """Orders of a customer, newest first."""
    cursor = conn.cursor()
    cursor.execute(_sql(customer))
    return [{"id": row[0], "total": row[1]} for row in cursor.fetchall()]

def _sql(c):
    return "SELECT id, total FROM orders WHERE customer = '%s' ORDER BY created DESC" % c


def count(conn):
    return conn.execute("SELECT count(*) FROM orders").fetchone()[0]
