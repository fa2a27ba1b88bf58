# Debian's python3-boto3: a shadow from its creation to its deletion, typed exceptions, and pages of names. ENDPOINT THING
import json
import sys
import time

import boto3

endpoint, thing = sys.argv[1:]
api = boto3.client("iot-data", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret")


def update(document, **name):
    return json.load(api.update_thing_shadow(thingName=thing, payload=json.dumps(document), **name)["payload"])


def refused(error, message, call, **arguments):
    try:
        call(**arguments)
    except error as exception:
        said = exception.response["Error"]["Message"]
        assert said == message, said
        return
    raise AssertionError(f"{message} did not come")


for name in ({}, {"shadowName": "mode:1_$-"}):
    shown = f"{thing}~{name['shadowName']}" if name else thing
    missing = f"No shadow exists with name: '{shown}'"
    refused(api.exceptions.ResourceNotFoundException, missing, api.get_thing_shadow, thingName=thing, **name)
    first = update({"state": {"desired": {"mode": "dock"}, "reported": {"mode": "clean"}}}, **name)
    assert first["version"] == 1 and abs(first["timestamp"] - time.time()) < 60, first
    got = json.load(api.get_thing_shadow(thingName=thing, **name)["payload"])
    assert got["state"] == {"desired": {"mode": "dock"}, "reported": {"mode": "clean"}, "delta": {"mode": "dock"}}, got
    refused(api.exceptions.ConflictException, "Version conflict", update, document={"state": {}, "version": 9}, **name)
    refused(api.exceptions.RequestEntityTooLargeException, "The payload exceeds the maximum size allowed", update, document={"state": {"desired": {"a": "x" * 8192}}}, **name)
    refused(api.exceptions.InvalidRequestException, "State contains an invalid node", update, document={"state": {"desired": {"a": [None]}}}, **name)
    refused(
        api.exceptions.UnsupportedDocumentEncodingException, "Unsupported documented encoding; supported encoding is UTF-8",
        api.update_thing_shadow, thingName=thing, payload=b'{"state":{},"x":"\xff"}', **name)
    deleted = json.load(api.delete_thing_shadow(thingName=thing, **name)["payload"])
    assert deleted["version"] == 1 and set(deleted) == {"version", "timestamp"}, deleted
    refused(api.exceptions.ResourceNotFoundException, missing, api.delete_thing_shadow, thingName=thing, **name)

for name in ("c", "a", "b"):
    update({"state": {}}, shadowName=name)
page = api.list_named_shadows_for_thing(thingName=thing, pageSize=2)
rest = api.list_named_shadows_for_thing(thingName=thing, pageSize=2, nextToken=page["nextToken"])
assert page["results"] + rest["results"] == ["a", "b", "c"] and "nextToken" not in rest, (page, rest)
