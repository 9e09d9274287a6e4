import sqlite3

def find_orders(conn, customer):
    """Orders of a customer, newest first."""
    cursor = conn.cursor()
    cursor.execute("SELECT id, total FROM orders WHERE customer = :c ORDER BY created DESC", {"c": customer})
    return [{"id": row[0], "total": row[1]} for row in cursor.fetchall()]

def count(conn):
    return conn.execute("SELECT count(*) FROM orders").fetchone()[0]
