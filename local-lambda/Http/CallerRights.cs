using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Destinations;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Sources.Announcements;
using Roost.LocalLambda.Sources.Streams;
using Roost.LocalLambda.Sources.Topics;

namespace Roost.LocalLambda.Http;

/// <summary>Whoever deploys functions acts through them: what they are given is asked of him.</summary>
internal static class CallerRights
{
    /// <summary>The right to let a function reach more than its events and its own folder.</summary>
    public const string Grant = "roost:GrantToFunction";

    /// <exception cref="RightMissingException">No policy allows it.</exception>
    public static void Demand(HttpContext http, string action, string resource)
    {
        if (http.RequestServices.GetService<ICallerRights>()?.May(http, action, resource) == false)
        {
            throw new RightMissingException($"No policy allows {action} on {resource}.");
        }
    }

    /// <summary>
    /// By its network, its grants, its devices, its secrets and the messages that call it, code has what the daemon has: over loopback every right. That stands in a file within the code, whoever sent it.
    /// What is tied to the function beside the code is the new code's too: whoever sends it must be allowed what it was tied with.
    /// </summary>
    /// <param name="before">Null: there is none of that name yet.</param>
    /// <exception cref="RightMissingException">No policy allows it.</exception>
    public static void DemandFor(HttpContext http, FunctionDefinition definition, FunctionRecord? before)
    {
        if (http.RequestServices.GetService<ICallerRights>() is not { } rights)
        {
            return;
        }

        if (WantOf(definition, http.RequestServices.GetService<IFunctionTies>()) is { } want && !rights.May(http, Grant, $"function:{definition.Name}"))
        {
            throw new RightMissingException($"Function {definition.Name} would have {want}: over the network that needs {Grant} on function:{definition.Name}, which no policy allows.");
        }

        foreach (var mapping in before?.Mappings ?? [])
        {
            if (StreamArn.TryParse(mapping.EventSourceArn, out var stream))
            {
                Demand(http, "roost:Read", RecordsOf(stream));
            }
        }

        foreach (var arn in before?.Async.Values.SelectMany(static settings => (string?[])[settings.OnSuccess, settings.OnFailure]) ?? [])
        {
            if (Destination.TryParse(arn, out var destination))
            {
                DemandFor(http, destination);
            }
        }
    }

    /// <summary>What is sent there is sent with the daemon's rights: who sets it has to have them himself.</summary>
    /// <exception cref="RightMissingException">No policy allows it.</exception>
    public static void DemandFor(HttpContext http, Destination destination)
    {
        var (action, resource) = destination.Kind switch
        {
            DestinationKind.Function => ("lambda:InvokeFunction", $"function:{destination.Name}"),
            DestinationKind.Stream => ("roost:Write", RecordsOf(destination.Name)),
            _ => ("iot:Publish", $"topic/{destination.Name}"),
        };
        Demand(http, action, resource);
    }

    /// <summary>The path of a stream's records, as policies name it.</summary>
    public static string RecordsOf(string stream) => $"api/v1/streams/{stream}/records";

    private static string? WantOf(FunctionDefinition definition, IFunctionTies? ties) =>
        definition.Network != FunctionNetwork.None ? "a network"
        : definition.Grants.Count > 0 ? "grants"
        : definition.Devices.Count > 0 ? "devices"
        : definition.Triggers.Any(static trigger => trigger is TopicTrigger or StreamTrigger or AnnouncementTrigger) ? "triggers that bring it messages or records"
        : SecretReferences.AreIn(definition) ? "secrets"
        : ties?.Find(definition.Name) is { } tie ? $"a place of its own, as it is {tie}"
        : null;
}
