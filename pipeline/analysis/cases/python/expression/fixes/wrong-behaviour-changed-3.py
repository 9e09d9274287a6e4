def total(expression, items):
    factor = int(expression)
    result = 0
    for item in items:
        result += item["price"] * factor
    return result
