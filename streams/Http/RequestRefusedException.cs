using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary>The request cannot be done; the message tells its sender what is wrong and what to do.</summary>
internal sealed class RequestRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Each fault by itself, where there may be several.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    public static RequestRefusedException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static RequestRefusedException BadRequest(IReadOnlyList<string> faults) =>
        new(StatusCodes.Status400BadRequest, string.Join(' ', faults)) { Faults = faults };
}
