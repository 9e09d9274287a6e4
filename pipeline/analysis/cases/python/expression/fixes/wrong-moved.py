def total(expression, items):
    factor = compile(expression, '', 'eval')
    result = 0
    for item in items:
        result += item["price"] * factor
    return result
