def total(factor, items):
    result = 0
    for item in items:
        result += item["price"] * factor
    return result
