from django.db import connection
from django.http import HttpResponse, JsonResponse

def search(request):
    term = request.GET.get("q", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, price FROM books WHERE title LIKE %s ORDER BY price", [term])
        rows = cursor.fetchall()
    return JsonResponse({"books": [{"title": t, "price": p} for t, p in rows]})

def about(request):
    return HttpResponse("about")
