import ast


def total(expression, items):
    factor = ast.literal_eval(expression)
    result = 0
    for item in items:
        result += item["price"] + factor
    return result
