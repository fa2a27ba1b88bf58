using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;
using Roost.Identity.Policies.Documents;

namespace Roost.Identity.Policies;

/// <summary><c>/api/v1/policies</c>.</summary>
internal sealed class PolicyEndpoints(PolicyStore store, IPolicyAuthority authority, PrincipalDirectory directory)
{
    /// <summary><c>GET /api/v1/policies</c>, or only those attached to <c>?target=</c>.</summary>
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var snapshot = store.Current;
        var target = context.Request.Query["target"].ToString();
        if (target.Length > 0)
        {
            PolicyNames.CheckTarget(target);
        }

        var counts = snapshot.Attached.Values.SelectMany(names => names).CountBy(name => name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var all = target.Length == 0 ? snapshot.Policies.Values : snapshot.Of(target).Select(name => snapshot.Policies[name]);
        var page = ListPage<StoredPolicy>.Of(context, all, policy => policy.Name);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("policies");
            foreach (var policy in page.Items)
            {
                json.WriteStartObject();
                Write(json, policy);
                json.WriteNumber("targets", counts.GetValueOrDefault(policy.Name));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("nextToken", page.NextToken);
            json.WriteEndObject();
        });
    });

    /// <summary><c>GET .../{name}</c>: with its text.</summary>
    public Task GetAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => WriteAsync(context, Get(NameOf(context))));

    /// <summary><c>POST /api/v1/policies</c>.</summary>
    public Task CreateAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "name", "document");
        var policy = await store.PutAsync(request.NeededText("name"), TextOf(request), mustBeNew: true, mustExist: false, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await WriteAsync(context, policy);
    });

    /// <summary><c>PUT .../{name}</c>.</summary>
    public Task UpdateAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "document");
        await WriteAsync(context, await store.PutAsync(NameOf(context), TextOf(request), mustBeNew: false, mustExist: true, RequestIdentity.Of(context), context.RequestAborted));
    });

    /// <summary><c>DELETE .../{name}</c>.</summary>
    public Task DeleteAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        await store.DeleteAsync(NameOf(context), RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    /// <summary><c>GET .../{name}/targets</c>.</summary>
    public Task TargetsAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var page = ListPage<string>.Of(context, store.Current.TargetsOf(Get(NameOf(context)).Name), target => target);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            WriteTexts(json, "targets", page.Items);
            json.WriteString("nextToken", page.NextToken);
            json.WriteEndObject();
        });
    });

    /// <summary><c>PUT .../{name}/targets?target=</c>.</summary>
    public Task AttachAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var target = TargetOf(context);
        directory.CheckTarget(target);
        await store.AttachAsync(NameOf(context), target, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    /// <summary><c>DELETE .../{name}/targets?target=</c>.</summary>
    public Task DetachAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        await store.DetachAsync(NameOf(context), TargetOf(context), RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    /// <summary><c>POST /api/v1/policies/validate</c>: changes nothing.</summary>
    public static Task ValidateAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "document");
        var document = PolicyReader.Read(TextOf(request), out var faults);
        await IdentityAnswer.WriteAsync(context, json => PolicyValidation.Write(json, document, faults));
    });

    /// <summary><c>POST /api/v1/policies/check</c>: what would become of a request. Changes nothing.</summary>
    public Task CheckAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "subject", "action", "resource", "clientId", "sourceIp");
        var question = AccessQuestion.Of(request.NeededText("action"), request.NeededText("resource"));
        var source = request.Text("sourceIp") is not { } text ? null
            : IPAddress.TryParse(text, out var address) ? address
            : throw new ChangeRefusedException(ChangeFault.Invalid, "'sourceIp' is no address; send one like 192.168.1.17.");
        var (subject, client) = (request.NeededText("subject"), request.Text("clientId"));
        var groups = directory.FindGroups(subject);
        var principal = groups is null ? directory.Get(subject) : null;
        var verdict = principal is null ? question.AskGroup((PolicyAuthority)authority, groups!, client, source) : question.Ask((PolicyAuthority)authority, principal, client, source);
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("allowed", verdict.IsAllowed);
            json.WriteString("action", question.Action);
            json.WriteString("resource", question.Resource);
            json.WriteString("principal", principal?.Id ?? subject);
            json.WriteString("thing", principal?.Thing);
            WriteTexts(json, "because", verdict.Because);
            json.WriteEndObject();
        });
    });

    private StoredPolicy Get(string name) =>
        store.Current.Policies.GetValueOrDefault(name) ?? throw new ChangeRefusedException(ChangeFault.NotFound, $"There is no policy '{name}'; 'roost policy list' shows those that there are.");

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static string TargetOf(HttpContext context) => context.Request.Query["target"].ToString() is { Length: > 0 } target
        ? target
        : throw new ChangeRefusedException(ChangeFault.Invalid, "'target' is missing; send it in the query, like ?target=thing%2Fvac-1.");

    /// <summary>The document as an object, or in a text as AWS sends it.</summary>
    private static string TextOf(JsonRequest request) => request.Root.TryGetProperty("document", out var document) && document.ValueKind == JsonValueKind.Object
        ? document.GetRawText()
        : request.NeededText("document");

    private static Task WriteAsync(HttpContext context, StoredPolicy policy) => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        Write(json, policy);
        PolicyValidation.WriteWarnings(json, policy.Document);
        json.WriteString("document", policy.Text);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, StoredPolicy policy)
    {
        json.WriteString("name", policy.Name);
        json.WriteBoolean("builtIn", policy.IsBuiltIn);
        json.WriteNumber("version", policy.Version);
        if (policy.IsBuiltIn)
        {
            json.WriteNull("changedAt");
        }
        else
        {
            json.WriteString("changedAt", policy.ChangedAt);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
