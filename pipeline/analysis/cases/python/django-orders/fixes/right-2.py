from django.db import connection
from django.http import JsonResponse
from django.views.decorators.http import require_GET

_ORDERS = "SELECT id, total FROM orders WHERE customer = %s ORDER BY id"

@require_GET
def search_orders(request):
    customer = request.GET.get("customer", "")
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, (customer,))
        rows = cursor.fetchall()
    return JsonResponse({"orders": [{"id": row[0], "total": str(row[1])} for row in rows]})
