using System.Collections.Frozen;
using Roost.Identity.Policies.Documents;

namespace Roost.Identity.Policies;

/// <summary>The policies that every gateway has. They can be attached and detached, not changed: a policy of another name takes their place.</summary>
internal static class BuiltInPolicies
{
    /// <summary>For a thing: to connect as itself, its own shadows, and what is below <c>robots/NAME</c>.</summary>
    public const string ThingDefault = "thing-default";

    /// <summary>For an app: to see and change all shadows, to hear what robots say, and to invoke functions.</summary>
    public const string AppDefault = "app-default";

    /// <summary>Everything.</summary>
    public const string Admin = "admin";

    /// <summary>For the certificate that unprovisioned devices share: fleet provisioning and nothing else.</summary>
    public const string ClaimDefault = "claim-default";

    // Client identifiers: names of things hold no dot, so NAME.ANYTHING is nobody else's. The shadow's answers are for the gateway to publish, so each request is named.
    private const string ThingDefaultText =
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Connect",
              "Effect": "Allow",
              "Action": "iot:Connect",
              "Resource": [
                "arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}",
                "arn:aws:iot:*:*:client/${iot:Connection.Thing.ThingName}.*"
              ]
            },
            {
              "Sid": "OwnTopics",
              "Effect": "Allow",
              "Action": ["iot:Publish", "iot:RetainPublish", "iot:Receive", "iot:GetRetainedMessage"],
              "Resource": [
                "arn:aws:iot:*:*:topic/robots/${iot:Connection.Thing.ThingName}",
                "arn:aws:iot:*:*:topic/robots/${iot:Connection.Thing.ThingName}/*"
              ]
            },
            {
              "Sid": "OwnShadowRequests",
              "Effect": "Allow",
              "Action": "iot:Publish",
              "Resource": [
                "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/get",
                "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/update",
                "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/delete",
                "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/name/*/get",
                "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/name/*/update",
                "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/name/*/delete"
              ]
            },
            {
              "Sid": "OwnFilters",
              "Effect": "Allow",
              "Action": "iot:Subscribe",
              "Resource": [
                "arn:aws:iot:*:*:topicfilter/robots/${iot:Connection.Thing.ThingName}",
                "arn:aws:iot:*:*:topicfilter/robots/${iot:Connection.Thing.ThingName}/*",
                "arn:aws:iot:*:*:topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/shadow/*"
              ]
            },
            {
              "Sid": "OwnShadowAnswers",
              "Effect": "Allow",
              "Action": "iot:Receive",
              "Resource": "arn:aws:iot:*:*:topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/*"
            },
            {
              "Sid": "OwnShadows",
              "Effect": "Allow",
              "Action": ["iot:GetThingShadow", "iot:UpdateThingShadow", "iot:DeleteThingShadow", "iot:ListNamedShadowsForThing"],
              "Resource": [
                "arn:aws:iot:*:*:thing/${iot:Connection.Thing.ThingName}",
                "arn:aws:iot:*:*:thing/${iot:Connection.Thing.ThingName}/*"
              ]
            },
            {
              "Sid": "RenewCertificate",
              "Effect": "Allow",
              "Action": "iot:Publish",
              "Resource": "arn:aws:iot:*:*:topic/$roost/certificates/renew"
            },
            {
              "Sid": "RenewedCertificate",
              "Effect": "Allow",
              "Action": ["iot:Subscribe", "iot:Receive"],
              "Resource": ["arn:aws:iot:*:*:topicfilter/$roost/certificates/renew/*", "arn:aws:iot:*:*:topic/$roost/certificates/renew/*"]
            }
          ]
        }
        """;

    // A slash is in no name of a thing, so an app cannot sit on the client identifier of one.
    private const string AppDefaultText =
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Connect",
              "Effect": "Allow",
              "Action": "iot:Connect",
              "Resource": "arn:aws:iot:*:*:client/app/*"
            },
            {
              "Sid": "HearRobots",
              "Effect": "Allow",
              "Action": ["iot:Receive", "iot:GetRetainedMessage"],
              "Resource": ["arn:aws:iot:*:*:topic/robots/*"]
            },
            {
              "Sid": "Filters",
              "Effect": "Allow",
              "Action": "iot:Subscribe",
              "Resource": ["arn:aws:iot:*:*:topicfilter/robots/*", "arn:aws:iot:*:*:topicfilter/$aws/things/*/shadow/*"]
            },
            {
              "Sid": "ShadowRequests",
              "Effect": "Allow",
              "Action": "iot:Publish",
              "Resource": [
                "arn:aws:iot:*:*:topic/$aws/things/*/shadow/get",
                "arn:aws:iot:*:*:topic/$aws/things/*/shadow/update",
                "arn:aws:iot:*:*:topic/$aws/things/*/shadow/name/*/get",
                "arn:aws:iot:*:*:topic/$aws/things/*/shadow/name/*/update"
              ]
            },
            {
              "Sid": "ShadowAnswers",
              "Effect": "Allow",
              "Action": "iot:Receive",
              "Resource": "arn:aws:iot:*:*:topic/$aws/things/*/shadow/*"
            },
            {
              "Sid": "Shadows",
              "Effect": "Allow",
              "Action": ["iot:GetThingShadow", "iot:UpdateThingShadow", "iot:ListNamedShadowsForThing"],
              "Resource": "arn:aws:iot:*:*:thing/*"
            },
            {
              "Sid": "ListOfShadows",
              "Effect": "Allow",
              "Action": "roost:Read",
              "Resource": ["arn:aws:roost:*:*:api/v1/things", "arn:aws:roost:*:*:api/v1/things/*"]
            },
            {
              "Sid": "Functions",
              "Effect": "Allow",
              "Action": ["lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:InvokeFunctionUrl"],
              "Resource": "arn:aws:lambda:*:*:function:*"
            }
          ]
        }
        """;

    private const string AdminText =
        """
        {
          "Version": "2012-10-17",
          "Statement": [{ "Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*" }]
        }
        """;

    // Devices that have no name yet connect under any. What they could do to others' sessions: see ADR 0094. They share the claim: none may hear what another asks
    // (its token is in it), nor answer in the gateway's place, so requests and answers are named one by one.
    private const string ClaimDefaultText =
        """
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Sid": "Connect",
              "Effect": "Allow",
              "Action": "iot:Connect",
              "Resource": "arn:aws:iot:*:*:client/*"
            },
            {
              "Sid": "Provision",
              "Effect": "Allow",
              "Action": "iot:Publish",
              "Resource": [
                "arn:aws:iot:*:*:topic/$aws/certificates/create/json",
                "arn:aws:iot:*:*:topic/$aws/certificates/create/cbor",
                "arn:aws:iot:*:*:topic/$aws/certificates/create-from-csr/json",
                "arn:aws:iot:*:*:topic/$aws/certificates/create-from-csr/cbor",
                "arn:aws:iot:*:*:topic/$aws/provisioning-templates/*/provision/json",
                "arn:aws:iot:*:*:topic/$aws/provisioning-templates/*/provision/cbor"
              ]
            },
            {
              "Sid": "ProvisionAnswers",
              "Effect": "Allow",
              "Action": "iot:Receive",
              "Resource": [
                "arn:aws:iot:*:*:topic/$aws/certificates/create/*/accepted",
                "arn:aws:iot:*:*:topic/$aws/certificates/create/*/rejected",
                "arn:aws:iot:*:*:topic/$aws/certificates/create-from-csr/*/accepted",
                "arn:aws:iot:*:*:topic/$aws/certificates/create-from-csr/*/rejected",
                "arn:aws:iot:*:*:topic/$aws/provisioning-templates/*/provision/*/accepted",
                "arn:aws:iot:*:*:topic/$aws/provisioning-templates/*/provision/*/rejected"
              ]
            },
            {
              "Sid": "ProvisionFilters",
              "Effect": "Allow",
              "Action": "iot:Subscribe",
              "Resource": [
                "arn:aws:iot:*:*:topicfilter/$aws/certificates/create/*",
                "arn:aws:iot:*:*:topicfilter/$aws/certificates/create-from-csr/*",
                "arn:aws:iot:*:*:topicfilter/$aws/provisioning-templates/*/provision/*"
              ]
            }
          ]
        }
        """;

    public static FrozenDictionary<string, StoredPolicy> All { get; } = new[]
    {
        Read(ThingDefault, ThingDefaultText), Read(AppDefault, AppDefaultText), Read(Admin, AdminText), Read(ClaimDefault, ClaimDefaultText),
    }.ToFrozenDictionary(policy => policy.Name, StringComparer.Ordinal);

    private static StoredPolicy Read(string name, string text) =>
        new(name, text, PolicyReader.Read(text, out var faults) ?? throw new InvalidOperationException($"Built-in policy {name}: {faults[0]}"), Version: 1, DateTimeOffset.UnixEpoch) { IsBuiltIn = true };
}
