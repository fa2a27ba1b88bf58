using Roost.Mqtt;

namespace Roost.Identity;

/// <summary>What one principal may do on one connection. Immutable; any thread may ask.</summary>
public interface IAccessRights
{
    /// <summary>The same rights for the broker: <c>iot:Publish</c>, <c>iot:RetainPublish</c>, <c>iot:Subscribe</c>, <c>iot:Receive</c>.</summary>
    IClientPolicy ForMqtt { get; }

    /// <param name="action">As policies name it: <c>iot:Publish</c>, <c>lambda:InvokeFunction</c>.</param>
    /// <param name="resource">
    /// The end of the ARN, behind the account: <c>topic/robots/1</c>, <c>client/vac-1</c>, <c>thing/vac-1</c>, <c>function:echo</c>; <c>*</c> for an action
    /// that has none.
    /// </param>
    bool Allows(string action, string resource);

    /// <summary>Whether the action is allowed on everything of a kind, and denied on nothing of it: for what concerns all of them at once.</summary>
    /// <param name="kind">What all their resources begin with: <c>thing/</c>, <c>function:</c>.</param>
    bool AllowsAll(string action, string kind);

    /// <summary>The same as <see cref="Allows"/>, with the statements that decided.</summary>
    AccessVerdict Explain(string action, string resource);
}
