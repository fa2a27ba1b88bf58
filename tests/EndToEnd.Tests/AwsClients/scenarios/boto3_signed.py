# Debian's python3-boto3 with an access key of the gateway, over HTTPS: it signs no more than host and date, and states no hash of the body. ENDPOINT AUTHORITY KEY SECRET
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

endpoint, authority, key, secret = sys.argv[1:]


def client(service, secret=secret):
    return boto3.client(service, endpoint_url=endpoint, region_name="eu-central-1", verify=authority, aws_access_key_id=key, aws_secret_access_key=secret)


api = client("iot-data")
api.update_thing_shadow(thingName="boto:1", shadowName="mode:1_$-", payload=b'{"state":{"desired":{"text":"\xc3\xa9"}}}')
assert '"é"'.encode() in api.get_thing_shadow(thingName="boto:1", shadowName="mode:1_$-")["payload"].read()
for topic in ("a", "a/b c/d", "a/~!*'()", "a//b", "ä/€", "a/%2F"):
    api.publish(topic=topic, qos=1, payload=b"\x00\xff", contentType="a/b+c d", responseTopic="r/ t")
with ThreadPoolExecutor(8) as pool:  # equal requests of one second have one signature
    list(pool.map(lambda _: api.publish(topic="same", payload=b"same"), range(24)))
client("lambda").list_functions()
try:
    client("iot-data", "wrong").publish(topic="a", payload=b"x" * 100_000)
    raise AssertionError("a wrong secret was taken")
except ClientError as error:
    assert error.response["Error"]["Code"] == "InvalidSignatureException", error
