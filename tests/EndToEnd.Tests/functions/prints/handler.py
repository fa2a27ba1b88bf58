def handler(event, context):
    line = "x" * 999
    for _ in range(100_000):
        print(line)
    return "printed"
