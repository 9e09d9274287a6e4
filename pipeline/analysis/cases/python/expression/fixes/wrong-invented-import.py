import simple_safe_eval


def total(expression, items):
    factor = simple_safe_eval.evaluate(expression)
    result = 0
    for item in items:
        result += item["price"] * factor
    return result
