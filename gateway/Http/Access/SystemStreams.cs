namespace Roost.Gateway.Http.Access;

/// <summary>Streams that rooms of the daemon keep: whoever reads their records reads what other paths show, and has to have the right to that.</summary>
internal static class SystemStreams
{
    /// <param name="isLooking">Else a change: of the audit, its repair puts evidence aside.</param>
    /// <returns>Null: it is a stream like others.</returns>
    public static RouteRight? RightBeside(string stream, bool isLooking) => stream switch
    {
        "$audit" => isLooking ? new(OwnRules.Read, "api/v1/audit") : new(OwnRules.ManageIdentity, "*"),
        "$shadows" => new("iot:GetThingShadow", "thing/", IsOfAll: true),
        "$functions" => new("lambda:GetFunction", "function:", IsOfAll: true),
        _ => null,
    };

    /// <summary>The same, where the right that is asked for is that to a stream's path (<c>api/v1/streams/NAME/records</c>).</summary>
    public static RouteRight? RightBeside(string action, string resource) =>
        resource.Split('/') is ["api", "v1", "streams", var stream, ..] ? RightBeside(stream, action == OwnRules.Read) : null;
}
