"""JSON as the module json reads and writes it, without importing that: a quarter of an empty function's start is for the regular expressions of json.

Both halves of json are written in C (_json); what is missing here is only what finds white space and words errors. Where the C part is not there or not as
expected, where a text is no JSON, and where the function has imported json itself, json does it.
"""
import sys


class _Settings:
    """Those of json.JSONDecoder()."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {"-Infinity": float("-inf"), "Infinity": float("inf"), "NaN": float("nan")}.__getitem__


try:
    from _json import encode_basestring, make_encoder, make_scanner
    _scan = make_scanner(_Settings)
except Exception:  # another Python
    _scan = None


def loads(data):
    """As json.loads(data), for bytes."""
    if _scan and "json" not in sys.modules:
        try:
            text = str(data, "utf-8").strip(" \t\n\r")
            value, end = _scan(text, 0)
            if end == len(text):
                return value
        except Exception:
            pass  # json says below what is wrong with it, or finds that it is UTF-16
    import json
    return json.loads(data)


def dumps(value, default):
    """As json.dumps(value, ensure_ascii=False, default=default). default may be called twice for a value."""
    if _scan and "json" not in sys.modules:
        try:
            if isinstance(value, str):
                return encode_basestring(value)
            return "".join(make_encoder({}, default, encode_basestring, None, ": ", ", ", False, False, True)(value, 0))
        except Exception:
            pass  # the same error from json, as a handler's author knows it
    import json
    return json.dumps(value, ensure_ascii=False, default=default)
