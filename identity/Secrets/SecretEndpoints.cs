using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.Identity.Http;

namespace Roost.Identity.Secrets;

/// <summary><c>/api/v1/secrets</c>. A value is told by a POST alone: who may read everything may not read this by that.</summary>
internal sealed class SecretEndpoints(SecretStore secrets, Resealing resealing, IEnumerable<ISecretUsers> users)
{
    /// <summary><c>GET /api/v1/secrets</c>: all but the values.</summary>
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var page = ListPage<SecretRecord>.Of(context, secrets.List(), secret => secret.Name);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("secrets");
            foreach (var secret in page.Items)
            {
                json.WriteStartObject();
                json.WriteString("name", secret.Name);
                json.WriteNumber("version", secret.Version);
                json.WriteString("createdAt", secret.CreatedAt);
                json.WriteString("changedAt", secret.ChangedAt);
                json.WriteStartArray("usedBy");
                foreach (var user in UsersOf(secret.Name))
                {
                    json.WriteStringValue(user);
                }

                json.WriteEndArray();
                json.WriteString("status", secrets.IsReadable(secret) ? "ready" : "its key is not here");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("nextToken", page.NextToken);
            json.WriteEndObject();
        });
    });

    /// <summary><c>PUT .../{name}</c>: the body is the value.</summary>
    public Task SetAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = SecretStore.LongestValue;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var isNew = await secrets.SetAsync(NameOf(context), body.GetBuffer().AsMemory(0, (int)body.Length), RequestIdentity.Of(context), context.RequestAborted);
        Array.Clear(body.GetBuffer());
        context.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await IdentityAnswer.WriteAsync(context, json => WriteName(json, NameOf(context)));
    });

    /// <summary><c>POST .../{name}/reveal</c>.</summary>
    public Task RevealAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var value = await secrets.RevealAsync(NameOf(context), RequestIdentity.Of(context));
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("value", value);
            json.WriteEndObject();
        });
    });

    /// <summary><c>DELETE .../{name}</c>; one that is in use with <c>?force=true</c> alone, as nobody has it again.</summary>
    public Task DeleteAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var name = NameOf(context);
        if (context.Request.Query["force"] != "true" && UsersOf(name) is { Count: > 0 } used)
        {
            throw new ChangeRefusedException(
                ChangeFault.Conflict,
                $"Secret '{name}' is in use by {string.Join(", ", used)}. Take it out there first, or delete it all the same: roost secret delete {name} --force");
        }

        await secrets.DeleteAsync(name, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    /// <summary><c>POST /api/v1/secrets-key/rotate</c>: how much has the new key, and what could not get it, as it cannot be opened.</summary>
    public Task RotateAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var count = await resealing.RotateAsync(RequestIdentity.Of(context), context.RequestAborted);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("resealed", count);
            json.WriteStartArray("unreadable");
            foreach (var one in resealing.Unreadable())
            {
                json.WriteStringValue(one);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    private List<string> UsersOf(string name) => secrets.Exists(name) ? [.. users.SelectMany(user => user.Of(name))] : [];

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static void WriteName(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteEndObject();
    }
}
