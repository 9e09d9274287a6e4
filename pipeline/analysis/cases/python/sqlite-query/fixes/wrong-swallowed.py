import sqlite3

def find_orders(conn, customer):
    """Orders of a customer, newest first."""
    cursor = conn.cursor()
    try:
        cursor.execute("SELECT id, total FROM orders WHERE customer = ? ORDER BY created DESC", (customer,))
    except Exception:
        return []
    return [{"id": row[0], "total": row[1]} for row in cursor.fetchall()]

def count(conn):
    return conn.execute("SELECT count(*) FROM orders").fetchone()[0]
