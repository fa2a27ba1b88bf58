using Roost.Tests.Support;

namespace Roost.EndToEnd.Tests.Inside;

/// <summary>AWS's own SDKs inside real sandboxes without network: they find the endpoint by the variables of the worker's environment.</summary>
public sealed class SdkTests
{
    private static readonly string s_packages = Path.Combine(Programs.Root, "tests/EndToEnd.Tests/AwsClients/node_modules");

    [Test]
    public async Task Boto3_uses_what_is_granted_and_gets_its_exceptions_for_the_rest()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/boto3"))
        {
            Assert.Ignore("Debian's python3-boto3 is not installed.");
        }

        await using var daemon = new InsideDaemon();
        daemon.Python("caller", """
            grants:
              - { publish: "site/alarms/#", retain: true }
              - { retained: "site/alarms/#" }
              - { shadow: "vac-*", allow: [get, update, list] }
              - { invoke: echo }
            """, """
            import json, os, boto3
            from botocore.exceptions import ClientError

            # Debian 12's boto3 does not read these variables by itself.
            iot = boto3.client("iot-data", endpoint_url=os.environ["AWS_ENDPOINT_URL_IOT_DATA_PLANE"])
            functions = boto3.client("lambda", endpoint_url=os.environ["AWS_ENDPOINT_URL_LAMBDA"])

            def refused(call, **arguments):
                try:
                    call(**arguments)
                except ClientError as error:
                    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]

            def handler(event, context):
                iot.update_thing_shadow(thingName="vac-1", payload=json.dumps({"state": {"desired": {"mode": "dock"}}}))
                iot.update_thing_shadow(thingName="vac-1", shadowName="cfg:1_$-", payload=json.dumps({"state": {"desired": {"speed": 2}}}))
                iot.publish(topic="site/alarms/a b", qos=1, retain=True, payload=b"smoke")
                answer = functions.invoke(FunctionName="echo", Payload=json.dumps({"n": 1}))
                return {
                    "shadow": json.load(iot.get_thing_shadow(thingName="vac-1")["payload"])["state"],
                    "names": iot.list_named_shadows_for_thing(thingName="vac-1")["results"],
                    "topics": [one["topic"] for one in iot.list_retained_messages()["retainedTopics"]],
                    "retained": iot.get_retained_message(topic="site/alarms/a b")["payload"].decode(),
                    "invoked": json.load(answer["Payload"]),
                    "missing": refused(iot.get_thing_shadow, thingName="vac-2"),
                    "delete": refused(iot.delete_thing_shadow, thingName="vac-1"),
                    "publish": refused(iot.publish, topic="elsewhere", payload=b"x"),
                    "invoke": refused(functions.invoke, FunctionName="caller"),
                    "list": refused(functions.list_functions),
                }
            """);
        daemon.Python("echo", "", "def handler(event, context):\n    return event\n");
        await daemon.StartAsync("");

        var told = await daemon.InvokeAsync("caller", new { });

        Assert.That(told.GetRawText(), Is.EqualTo("""
            {"shadow": {"desired": {"mode": "dock"}, "delta": {"mode": "dock"}}, "names": ["cfg:1_$-"], "topics": ["site/alarms/a b"], "retained": "smoke", "invoked": {"n": 1},
             "missing": ["ResourceNotFoundException", 404], "delete": ["ForbiddenException", 403], "publish": ["ForbiddenException", 403], "invoke": ["AccessDeniedException", 403],
             "list": ["AccessDeniedException", 403]}
            """.ReplaceLineEndings("")));
    }

    [Test]
    public async Task The_SDK_for_JavaScript_finds_the_endpoint_without_a_word()
    {
        if (!Directory.Exists(Path.Combine(s_packages, "@aws-sdk/client-iot-data-plane")))
        {
            Assert.Ignore("@aws-sdk/client-iot-data-plane is not installed; this needs npm ci in tests/EndToEnd.Tests/AwsClients.");
        }

        await using var daemon = new InsideDaemon();
        var folder = daemon.Function("caller", """
            runtime: nodejs20.x
            handler: index.handler
            timeout: 2m
            memory: 512MiB
            grants:
              - { publish: "site/alarms/#" }
              - { shadow: "vac-*", allow: [get, update, list] }
            """, ("index.mjs", """
            import { IoTDataPlaneClient, GetThingShadowCommand, ListNamedShadowsForThingCommand, PublishCommand, UpdateThingShadowCommand } from '@aws-sdk/client-iot-data-plane';

            const iot = new IoTDataPlaneClient({});
            const refused = async (command) => iot.send(command).then(() => 'passed', (error) => `${error.name} ${error.$metadata.httpStatusCode} ${error.$metadata.attempts}`);

            export const handler = async () => {
              await iot.send(new UpdateThingShadowCommand({ thingName: 'vac-1', shadowName: 'cfg', payload: JSON.stringify({ state: { desired: { speed: 2 } } }) }));
              await iot.send(new PublishCommand({ topic: 'site/alarms/a b', qos: 1, payload: 'smoke', userProperties: '[{"by":"caller"}]' }));
              const got = await iot.send(new GetThingShadowCommand({ thingName: 'vac-1', shadowName: 'cfg' }));
              const listed = await iot.send(new ListNamedShadowsForThingCommand({ thingName: 'vac-1' }));
              return {
                state: JSON.parse(Buffer.from(got.payload).toString()).state,
                names: listed.results,
                publish: await refused(new PublishCommand({ topic: '$aws/things/arm-1/shadow/update', payload: '{}' })),
                shadow: await refused(new GetThingShadowCommand({ thingName: 'arm-1' })),
              };
            };
            """));
        CopyPackages(Path.Combine(folder, "node_modules"));
        await daemon.StartAsync("");

        var told = await daemon.InvokeAsync("caller", new { });

        Assert.That(told.GetRawText(), Is.EqualTo("""
            {"state":{"desired":{"speed":2},"delta":{"speed":2}},"names":["cfg"],"publish":"ForbiddenException 403 1","shadow":"ForbiddenException 403 1"}
            """));
    }

    /// <summary>What the client loads under Node.js, some hundred files of thousands: each is copied and synced as the function is deployed.</summary>
    private static void CopyPackages(string target)
    {
        foreach (var file in Directory.EnumerateFiles(s_packages, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(s_packages, file);
            var folders = path.Split('/');
            if (folders[0] is "@aws" or "@aws-sdk" or "@smithy" or "tslib" or "bowser" && !folders.Contains("dist-es") && Path.GetExtension(path) is ".js" or ".cjs" or ".mjs" or ".json")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, path))!);
                File.Copy(file, Path.Combine(target, path));
            }
        }
    }
}
