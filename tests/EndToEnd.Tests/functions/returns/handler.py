def handler(event, context):
    return "x" * (10 * 1024 * 1024)
