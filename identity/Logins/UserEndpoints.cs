using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;

namespace Roost.Identity.Logins;

/// <summary><c>/api/v1/users</c>.</summary>
internal sealed class UserEndpoints(Users users, IGuessingGuard guard)
{
    /// <summary><c>GET /api/v1/users</c>.</summary>
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var page = ListPage<UserRecord>.Of(context, users.List(), user => user.Name);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("users");
            foreach (var user in page.Items)
            {
                json.WriteStartObject();
                Write(json, user);
                json.WriteBoolean("locked", guard.LocksOf(user.PrincipalId).Any(one => one.LockedFor > TimeSpan.Zero));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("nextToken", page.NextToken);
            json.WriteEndObject();
        });
    });

    /// <summary><c>GET .../{name}</c>: also what is held against the name.</summary>
    public Task GetAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => WriteAsync(context, users.Get(NameOf(context))));

    /// <summary><c>POST /api/v1/users</c>.</summary>
    public Task AddAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "name", "password", "thing", "policies");
        var password = Encoding.UTF8.GetBytes(request.NeededText("password"));
        var user = await users.AddAsync(request.NeededText("name"), password, request.Text("thing"), request.Texts("policies"), RequestIdentity.Of(context), context.RequestAborted);
        CryptographicOperations.ZeroMemory(password);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await WriteAsync(context, user);
    });

    /// <summary><c>PUT .../{name}/password</c>.</summary>
    public Task SetPasswordAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "password");
        var password = Encoding.UTF8.GetBytes(request.NeededText("password"));
        var user = await users.SetPasswordAsync(NameOf(context), password, RequestIdentity.Of(context), context.RequestAborted);
        CryptographicOperations.ZeroMemory(password);
        await WriteAsync(context, user);
    });

    /// <summary><c>DELETE .../{name}</c>.</summary>
    public Task DeleteAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        await users.DeleteAsync(NameOf(context), RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    /// <summary><c>DELETE .../{name}/locks</c>: lets the name try again at once.</summary>
    public Task UnlockAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var user = users.Get(NameOf(context));
        guard.Unlock(user.PrincipalId);
        await users.NoteUnlockedAsync(user, RequestIdentity.Of(context));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static void Write(Utf8JsonWriter json, UserRecord user)
    {
        json.WriteString("name", user.Name);
        json.WriteString("principal", user.PrincipalId);
        json.WriteString("thing", user.Thing);
        json.WriteString("createdAt", user.CreatedAt);
        json.WriteString("passwordChangedAt", user.ChangedAt);
    }

    private Task WriteAsync(HttpContext context, UserRecord user) => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        Write(json, user);
        json.WriteString("passwordHash", $"{user.Password.Algorithm}, {user.Password.Iterations} iterations");
        json.WriteStartArray("locks");
        foreach (var held in guard.LocksOf(user.PrincipalId))
        {
            json.WriteStartObject();
            json.WriteString("source", held.Source ?? "anywhere");
            json.WriteNumber("failures", held.Failures);
            json.WriteNumber("lockedForSeconds", Math.Ceiling(held.LockedFor.TotalSeconds));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });
}
