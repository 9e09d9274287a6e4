import sqlite3

def find_orders(conn, customer):
    """Orders of a customer, newest first."""
    cursor = conn.cursor()
    if "'" in customer or ';' in customer:
        raise ValueError('bad')
    cursor.execute(f"SELECT id, total FROM orders WHERE customer = '{customer}' ORDER BY created DESC")
    return [{"id": row[0], "total": row[1]} for row in cursor.fetchall()]

def count(conn):
    return conn.execute("SELECT count(*) FROM orders").fetchone()[0]
