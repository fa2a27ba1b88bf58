using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;

namespace Roost.Identity.Logins;

/// <summary><c>/api/v1/access-keys</c>.</summary>
internal sealed class AccessKeyEndpoints(AccessKeys keys)
{
    /// <summary><c>GET /api/v1/access-keys</c>.</summary>
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var page = ListPage<AccessKeyRecord>.Of(context, keys.List(), key => $"{key.CreatedAt.UtcTicks:D20} {key.Id}");
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("accessKeys");
            foreach (var key in page.Items)
            {
                json.WriteStartObject();
                Write(json, key);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("nextToken", page.NextToken);
            json.WriteEndObject();
        });
    });

    /// <summary><c>POST /api/v1/access-keys</c>: the only answer that has the secret.</summary>
    public Task CreateAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "name", "thing", "policies");
        var made = await keys.CreateAsync(request.Text("name") ?? "", request.Text("thing"), request.Texts("policies"), RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("secretAccessKey", made.SecretAccessKey);
            Write(json, made.Record);
            json.WriteEndObject();
        });
    });

    /// <summary><c>POST .../{id}/activate</c>.</summary>
    public Task ActivateAsync(HttpContext context) => SetActiveAsync(context, isActive: true);

    /// <summary><c>POST .../{id}/deactivate</c>.</summary>
    public Task DeactivateAsync(HttpContext context) => SetActiveAsync(context, isActive: false);

    /// <summary><c>DELETE .../{id}</c>.</summary>
    public Task DeleteAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        await keys.DeleteAsync((string)context.Request.RouteValues["id"]!, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private void Write(Utf8JsonWriter json, AccessKeyRecord key)
    {
        json.WriteString("accessKeyId", key.Id);
        json.WriteString("name", key.Label);
        json.WriteString("principal", key.PrincipalId);
        json.WriteString("thing", key.Thing);
        json.WriteString("status", !keys.IsReadable(key) ? "its key is not here" : key.IsActive ? "active" : "inactive");
        json.WriteString("createdAt", key.CreatedAt);
        if (key.UsedAt is { } used)
        {
            json.WriteString("usedAt", used);
        }
        else
        {
            json.WriteNull("usedAt");
        }
    }

    private Task SetActiveAsync(HttpContext context, bool isActive) => IdentityAnswer.RunAsync(context, async () =>
    {
        var key = await keys.SetActiveAsync((string)context.Request.RouteValues["id"]!, isActive, RequestIdentity.Of(context), context.RequestAborted);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            Write(json, key);
            json.WriteEndObject();
        });
    });
}
