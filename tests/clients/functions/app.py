"""A function as it is written for Lambda in Python: answers with the event."""


def handler(event, context):
    if "raise" in event:
        raise ValueError("as told")
    return event
