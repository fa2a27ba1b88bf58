using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary><c>GET /api/v1/exports</c>, <c>POST /api/v1/streams/{name}/exports/{export}/pause</c> and <c>…/resume</c>.</summary>
internal sealed class ExportEndpoints(IStreamCatalog catalog, IStreamExports exports)
{
    /// <summary>All of them, also those whose stream is not there.</summary>
    public Task ListAsync(HttpContext context) => Answer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("exports");
        foreach (var export in exports.List())
        {
            DescriptionEndpoints.Write(json, export);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Task PauseAsync(HttpContext context) => SetAsync(context, paused: true);

    public Task ResumeAsync(HttpContext context) => SetAsync(context, paused: false);

    private Task SetAsync(HttpContext context, bool paused) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var name = (string)context.Request.RouteValues["export"]!;
        if (!await exports.TryPauseAsync(stream.Name, name, paused))
        {
            var known = string.Join(", ", exports.List().Where(export => export.Stream == stream.Name).Select(export => export.Name));
            throw new RequestRefusedException(StatusCodes.Status404NotFound, $"Stream '{stream.Name}' has no export '{name}'; {(known.Length == 0 ? "it has none" : $"it has {known}")}.");
        }

        await Answer.WriteAsync(context, json => DescriptionEndpoints.Write(json, exports.List().First(export => export.Stream == stream.Name && export.Name == name)));
    });
}
