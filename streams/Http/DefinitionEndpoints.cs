using Microsoft.AspNetCore.Http;
using Roost.Streams.Catalog;
using Roost.Streams.Cursors;
using Roost.Streams.Definitions;

namespace Roost.Streams.Http;

/// <summary><c>PUT</c>, <c>PATCH</c> and <c>DELETE /api/v1/streams/{name}</c>: streams come, change and go without a restart.</summary>
internal sealed class DefinitionEndpoints(StreamCatalog catalog, ConsumerList consumers, DescriptionEndpoints descriptions)
{
    private const string Example = """{"retention": {"bytes": "256MiB", "age": "7d"}, "full": "drop-oldest"}""";

    /// <summary>Makes it, or gives it this definition; with <c>If-None-Match: *</c> only makes it.</summary>
    public Task PutAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var name = StreamRoute.Name(context);
        var definition = await ReadAsync(context, new StreamOptions());
        var made = await catalog.PutAsync(name, definition, mustBeNew: context.Request.Headers.IfNoneMatch == "*");
        context.Response.StatusCode = made ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await descriptions.WriteAsync(context, catalog.Get(name));
    });

    /// <summary>Changes what the body names, and leaves the rest.</summary>
    public Task PatchAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var name = StreamRoute.Name(context);
        using var body = await JsonBody.ReadAsync(context, Example);
        await catalog.PatchAsync(name, basis => Read(body.RootElement, basis));
        await descriptions.WriteAsync(context, catalog.Get(name));
    });

    /// <summary>Deletes it with all its records; one that is used only with <c>?force=true</c>.</summary>
    public Task DeleteAsync(HttpContext context) => Answer.RunAsync(context, async () =>
    {
        var stream = StreamRoute.Resolve(context, catalog);
        var force = IsForced(context);
        catalog.ThrowIfNotChangeable(stream.Name); // said at once: force would not help
        var users = string.Join(", ", consumers.Of(stream));
        if (users.Length > 0 && !force)
        {
            throw new StreamRefusedException(
                stream.Name,
                $"Stream '{stream.Name}' is used by {users}. Remove them first, or delete it all the same with ?force=true ('roost stream delete {stream.Name} --force'): they end, and begin anew with a later stream of this name.",
                isFault: false);
        }

        await catalog.DeleteAsync(stream.Name, users.Length == 0 ? "nobody" : users);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private static bool IsForced(HttpContext context) => context.Request.Query["force"].ToString() switch
    {
        "" or "false" => false,
        "true" => true,
        var other => throw RequestRefusedException.BadRequest($"force={other} is neither true nor false."),
    };

    private static async Task<StreamOptions> ReadAsync(HttpContext context, StreamOptions basis)
    {
        using var body = await JsonBody.ReadAsync(context, Example);
        return Read(body.RootElement, basis);
    }

    private static StreamOptions Read(System.Text.Json.JsonElement body, StreamOptions basis)
    {
        var definition = new StreamDefinitionJson(basis).Read(body, out var faults);
        return faults.Count == 0 ? definition : throw RequestRefusedException.BadRequest(faults);
    }
}
