using Roost.Mqtt;

namespace Roost.Identity.Provisioning;

/// <summary>The reserved topics of fleet provisioning. A request has exactly these levels and an answer one more, so that no answer comes back as a request.</summary>
/// <param name="Operation">What is asked for.</param>
/// <param name="Template">Of a registration.</param>
/// <param name="IsCbor">Its payloads are CBOR; else JSON.</param>
internal readonly record struct ProvisioningTopic(TopicName Name, ProvisioningOperation Operation, string? Template, bool IsCbor)
{
    public static IReadOnlyList<TopicFilter> Requests { get; } =
    [
        TopicFilter.Parse("$aws/certificates/create/+"), TopicFilter.Parse("$aws/certificates/create-from-csr/+"), TopicFilter.Parse("$aws/provisioning-templates/+/provision/+"),
    ];

    /// <returns>Null: it is no request.</returns>
    public static ProvisioningTopic? TryParse(TopicName topic)
    {
        var levels = topic.Value.Split('/');
        if (levels[^1] is not ("json" or "cbor"))
        {
            return null;
        }

        var isCbor = levels[^1] == "cbor";
        return levels switch
        {
            ["$aws", "certificates", "create", _] => new(topic, ProvisioningOperation.CreateKeys, null, isCbor),
            ["$aws", "certificates", "create-from-csr", _] => new(topic, ProvisioningOperation.CreateFromSigningRequest, null, isCbor),
            ["$aws", "provisioning-templates", { } template, "provision", _] => new(topic, ProvisioningOperation.Register, template, isCbor),
            _ => null,
        };
    }

    /// <param name="kind"><c>accepted</c> or <c>rejected</c>.</param>
    public TopicName? Answer(string kind) => TopicName.TryParse($"{Name.Value}/{kind}", out var topic) ? topic : null;
}
