def total(expression, items):
    factor = eval(expression)
    result = 0
    for item in items:
        result += item["price"] * factor
    return result
