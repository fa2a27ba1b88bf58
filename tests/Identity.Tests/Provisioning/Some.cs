using System.Text;
using Roost.Identity.Provisioning;

namespace Roost.Identity.Tests.Provisioning;

internal static class Some
{
    public const string Template =
        """
        {
          "Parameters": { "SerialNumber": { "Type": "String" }, "Site": { "Type": "String", "Default": "home" }, "AWS::IoT::Certificate::Id": { "Type": "String" } },
          "Resources": {
            "thing": {
              "Type": "AWS::IoT::Thing",
              "Properties": {
                "ThingName": { "Fn::Join": ["-", ["vac", { "Ref": "SerialNumber" }]] },
                "AttributePayload": { "site": { "Ref": "Site" }, "label": { "Fn::Sub": "${Site}/${SerialNumber}" } }
              }
            },
            "certificate": { "Type": "AWS::IoT::Certificate", "Properties": { "CertificateId": { "Ref": "AWS::IoT::Certificate::Id" }, "Status": "Active" } },
            "policy": { "Type": "AWS::IoT::Policy", "Properties": { "PolicyName": "thing-default" } }
          },
          "DeviceConfiguration": { "telemetry": "robots/telemetry", "id": { "Ref": "AWS::IoT::Certificate::Id" } }
        }
        """;

    /// <summary>Takes a thing that is there already.</summary>
    public static string TemplateWithOverrides { get; } = Template.Replace(
        "\"Type\": \"AWS::IoT::Thing\",", "\"Type\": \"AWS::IoT::Thing\", \"OverrideSettings\": { \"AttributePayload\": \"MERGE\" },", StringComparison.Ordinal);

    public static ProvisioningTemplate Parse(string json, bool hasHook = false) => TemplateParser.Parse(Encoding.UTF8.GetBytes(json), hasHook);

    public static Dictionary<string, string> Serial(string number) => new() { ["SerialNumber"] = number };
}
