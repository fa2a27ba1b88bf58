namespace Roost.Gateway.Routing;

internal sealed class MessageRouteOptions
{
    /// <summary>Topic filter of the messages meant.</summary>
    public string From { get; set; } = "";

    public RouteTargetOptions To { get; set; } = new();
}

/// <summary>Exactly one of <see cref="Stream"/>, <see cref="Function"/> and <see cref="Republish"/> is set.</summary>
internal sealed class RouteTargetOptions
{
    /// <summary>Name of a stream under <c>streams</c>; the message becomes a record of it.</summary>
    public string? Stream { get; set; }

    /// <summary>Name of a function, with <c>:QUALIFIER</c> where a version or alias is meant; it is invoked with the payload.</summary>
    public string? Function { get; set; }

    /// <summary>With <see cref="Function"/>: topic that the function's result is published to.</summary>
    public string? Answer { get; set; }

    /// <summary>Topic that the message is published to once more.</summary>
    public string? Republish { get; set; }
}
