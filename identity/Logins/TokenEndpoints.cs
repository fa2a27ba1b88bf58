using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Certificates;
using Roost.Identity.Http;

namespace Roost.Identity.Logins;

/// <summary><c>/api/v1/tokens</c>.</summary>
internal sealed class TokenEndpoints(Tokens tokens, TrustedTime time)
{
    private const long ShortestSeconds = 60;
    private const long LongestSeconds = 10L * 366 * 24 * 3600;

    /// <summary><c>GET /api/v1/tokens</c>; with <c>?app=true</c> those that came of pairings, with <c>false</c> the others.</summary>
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        bool? app = context.Request.Query["app"].ToString() switch { "" => null, "true" => true, "false" => false, _ => throw new ChangeRefusedException(ChangeFault.Invalid, "'app' is true or false.") };
        var page = ListPage<TokenRecord>.Of(context, tokens.List().Where(token => app is null || token.IsApp == app), token => $"{token.CreatedAt.UtcTicks:D20} {token.Id}");
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("tokens");
            foreach (var token in page.Items)
            {
                json.WriteStartObject();
                Write(json, token);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("nextToken", page.NextToken);
            json.WriteEndObject();
        });
    });

    /// <summary><c>GET .../{id}</c>.</summary>
    public Task GetAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        Write(json, tokens.Get((string)context.Request.RouteValues["id"]!));
        json.WriteEndObject();
    }));

    /// <summary><c>POST /api/v1/tokens</c>: the only answer that has the token itself.</summary>
    public Task CreateAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "name", "expiresInSeconds", "thing", "policies");
        var expires = request.Number("expiresInSeconds", ShortestSeconds, LongestSeconds) is { } seconds ? time.Now.AddSeconds(seconds) : (DateTimeOffset?)null;
        var made = await tokens.CreateAsync(request.NeededText("name"), expires, request.Text("thing"), request.Texts("policies"), isApp: false, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("token", made.Text);
            Write(json, made.Record);
            json.WriteEndObject();
        });
    });

    /// <summary><c>DELETE .../{id}</c>.</summary>
    public Task RevokeAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        await tokens.RevokeAsync((string)context.Request.RouteValues["id"]!, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private void Write(Utf8JsonWriter json, TokenRecord token)
    {
        json.WriteString("id", token.Id);
        json.WriteString("name", token.Label);
        json.WriteString("principal", token.PrincipalId);
        json.WriteString("thing", token.Thing);
        json.WriteBoolean("app", token.IsApp);
        json.WriteString("createdAt", token.CreatedAt);
        WriteTime(json, "expiresAt", token.ExpiresAt);
        WriteTime(json, "usedAt", token.UsedAt);
        json.WriteString("status", token.IsExpired(time.Now) ? "expired" : "active");
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } moment)
        {
            json.WriteString(name, moment);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
