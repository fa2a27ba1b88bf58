# Debian's python3-boto3: a function from its creation to its deletion, with waiters and typed exceptions. ENDPOINT NAME FIRST-ZIP SECOND-ZIP
import json
import sys

import boto3

endpoint, name, first, second = sys.argv[1:]
api = boto3.client("lambda", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret")


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


def refused(error, message, call, **arguments):
    try:
        call(FunctionName=name, **arguments)
    except error as exception:
        said = exception.response["Error"]["Message"]
        assert said.startswith(message), said
        return
    raise AssertionError(f"{message} did not come")


def code(**more):
    return json.load(api.invoke(FunctionName=name, Payload=b"{}", **more)["Payload"])["code"]


errors = api.exceptions
refused(errors.ResourceNotFoundException, "Function not found: arn:aws:lambda:local:000000000000:function:" + name, api.get_function)
created = api.create_function(FunctionName=name, Role="arn:aws:iam::000000000000:role/any", Runtime="python3.9", Handler="main.handler", Code={"ZipFile": bytes_of(first)}, Publish=True)
assert created["Version"] == "1" and created["FunctionArn"].endswith(f":function:{name}:1"), created
api.get_waiter("function_active_v2").wait(FunctionName=name)
api.get_waiter("function_exists").wait(FunctionName=name)
refused(errors.ResourceConflictException, "Function already exist: " + name, api.create_function, Role="r" * 20, Code={"ZipFile": bytes_of(first)})
refused(errors.PreconditionFailedException, "The Revision Id provided", api.update_function_code, ZipFile=bytes_of(second), RevisionId="old")
refused(errors.InvalidParameterValueException, "Could not unzip uploaded file.", api.update_function_code, ZipFile=b"PK")
dry = api.update_function_code(FunctionName=name, ZipFile=bytes_of(second), DryRun=True)
assert dry["CodeSha256"] != created["CodeSha256"] and code() == "first"
api.update_function_code(FunctionName=name, ZipFile=bytes_of(second))
api.get_waiter("function_updated_v2").wait(FunctionName=name)
assert code() == "second" and code(Qualifier="1") == "first"
api.create_alias(FunctionName=name, Name="live", FunctionVersion="1", RoutingConfig={"AdditionalVersionWeights": {}})
assert api.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "1" and code(Qualifier="live") == "first"
versions = [version["Version"] for page in api.get_paginator("list_versions_by_function").paginate(FunctionName=name, PaginationConfig={"PageSize": 1}) for version in page["Versions"]]
assert versions == ["$LATEST", "1"], versions
assert name in [function["FunctionName"] for page in api.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1}) for function in page["Functions"]]
api.delete_function(FunctionName=name)
refused(errors.ResourceNotFoundException, "Function not found", api.invoke)
