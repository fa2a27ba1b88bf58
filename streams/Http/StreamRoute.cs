using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary>The stream that a request's path names.</summary>
internal static class StreamRoute
{
    /// <exception cref="RequestRefusedException">The path holds no stream name.</exception>
    /// <exception cref="UnknownStreamException">No stream has the name.</exception>
    public static RecordStream Resolve(HttpContext context, IStreamCatalog catalog) => catalog.Get(Name(context));

    /// <exception cref="RequestRefusedException">The path holds no stream name.</exception>
    public static StreamName Name(HttpContext context)
    {
        var text = (string?)context.Request.RouteValues["name"];
        return StreamName.TryParse(text, out var name) ? name : throw RequestRefusedException.BadRequest($"'{text}' is no stream name: {StreamName.Rule}.");
    }
}
