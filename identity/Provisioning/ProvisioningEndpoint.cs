using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;

namespace Roost.Identity.Provisioning;

/// <summary>
/// <c>/api/v1/provisioning-templates</c> and <c>/{name}</c>: list, show, put, enable or disable, delete; <c>/{name}/claims</c>: list and make claim certificates.
/// </summary>
internal sealed class ProvisioningEndpoint(TemplateStore templates, IClientCertificates certificates, IPolicyAttachments policies, ProvisioningHooks hooks, TimeProvider clock)
{
    private const string ClaimPolicy = "claim-default";

    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("templates");
        foreach (var template in templates.All)
        {
            Write(json, template, withDocument: false);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }));

    public Task GetAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () =>
    {
        var template = templates.Find(Name(context)) ?? throw TemplateStore.Missing(Name(context));
        return IdentityAnswer.WriteAsync(context, json => Write(json, template, withDocument: true));
    });

    public Task PutAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "template", "hook", "enabled", "replace");
        if (!request.Root.TryGetProperty("template", out var document) || document.ValueKind != JsonValueKind.Object)
        {
            throw new ChangeRefusedException(ChangeFault.Invalid, "'template' is missing; send AWS IoT's template as an object.");
        }

        if (request.Text("hook") is { } hook && !hooks.Exists(hook))
        {
            throw new ChangeRefusedException(ChangeFault.NotFound, $"there is no function '{hook}', and without its answer nobody would be provisioned; deploy it first: 'roost fn list' shows those that there are");
        }

        var (template, isNew) = await templates.PutAsync(
            Name(context), document.GetRawText(), request.Text("hook"), Flag(request, "enabled") ?? true, mustBeNew: Flag(request, "replace") != true, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = isNew ? StatusCodes.Status201Created : StatusCodes.Status200OK;
        await IdentityAnswer.WriteAsync(context, json => Write(json, template, withDocument: true));
    });

    public Task PatchAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "enabled");
        var isEnabled = Flag(request, "enabled") ?? throw new ChangeRefusedException(ChangeFault.Invalid, "'enabled' is missing; send true or false.");
        await templates.SetEnabledAsync(Name(context), isEnabled, RequestIdentity.Of(context), context.RequestAborted);
        var template = templates.Find(Name(context)) ?? throw TemplateStore.Missing(Name(context));
        await IdentityAnswer.WriteAsync(context, json => Write(json, template, withDocument: false));
    });

    /// <summary>Its claims end with it.</summary>
    public Task DeleteAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        var (name, by) = (Name(context), RequestIdentity.Of(context));
        if (templates.Find(name) is null)
        {
            throw TemplateStore.Missing(name);
        }

        foreach (var claim in templates.ClaimsOf(name).Where(claim => certificates.Find(claim) is { Status: not CertificateStatus.Revoked }))
        {
            await certificates.SetStatusAsync(claim, CertificateStatus.Revoked, by);
        }

        await templates.DeleteAsync(name, by, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    public Task ListClaimsAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () =>
    {
        var template = templates.Find(Name(context)) ?? throw TemplateStore.Missing(Name(context));
        return IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("claims");
            foreach (var certificate in templates.ClaimsOf(template.Name).Select(certificates.Find).OfType<CertificateDescription>())
            {
                json.WriteStartObject();
                json.WriteString("certificateId", certificate.Fingerprint);
                json.WriteString("status", certificate.Status.ToString().ToLowerInvariant());
                json.WriteString("createdAt", certificate.CreatedAt);
                json.WriteString("expiresAt", certificate.NotAfter);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    });

    /// <summary>A certificate that may do nothing but provision, by this template. Its key is in the answer, and nowhere else.</summary>
    public Task ClaimAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "expiresInSeconds");
        var (name, by) = (Name(context), RequestIdentity.Of(context));
        if (templates.Find(name) is null)
        {
            throw TemplateStore.Missing(name);
        }

        // Inactive until it is known as a claim of this template and has its policy: at no moment does it have more rights than in the end.
        var issued = await certificates.IssueAsync(new CertificateOrder { Status = CertificateStatus.Inactive, Validity = Validity(request) }, by);
        await templates.AddClaimAsync(name, issued.Description.Fingerprint, by, CancellationToken.None);
        await policies.AttachAsync(ClaimPolicy, issued.Description.PrincipalId, by);
        await certificates.SetStatusAsync(issued.Description.Fingerprint, CertificateStatus.Active, by);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("certificateId", issued.Description.Fingerprint);
            json.WriteString("expiresAt", issued.Description.NotAfter);
            json.WriteString("certificatePem", issued.Certificate);
            json.WriteString("privateKey", issued.PrivateKey);
            json.WriteString("authorityPem", issued.Authority);
            json.WriteEndObject();
        });
    });

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static bool? Flag(JsonRequest request, string name) => !request.Root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw new ChangeRefusedException(ChangeFault.Invalid, $"'{name}' is neither true nor false.");

    private TimeSpan? Validity(JsonRequest request) => !request.Root.TryGetProperty("expiresInSeconds", out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds > 0 && seconds < (DateTimeOffset.MaxValue - clock.GetUtcNow()).TotalSeconds ? TimeSpan.FromSeconds(seconds)
        : throw new ChangeRefusedException(ChangeFault.Invalid, "'expiresInSeconds' is no number of seconds.");

    private void Write(Utf8JsonWriter json, StoredTemplate template, bool withDocument)
    {
        json.WriteStartObject();
        json.WriteString("name", template.Name);
        json.WriteBoolean("enabled", template.IsEnabled);
        if (template.Hook is not null)
        {
            json.WriteString("hook", template.Hook);
            json.WriteBoolean("hookExists", hooks.Exists(template.Hook));
        }

        json.WriteNumber("claims", templates.ClaimsOf(template.Name).Count(claim => certificates.Find(claim)?.Status == CertificateStatus.Active));
        json.WriteString("createdAt", template.CreatedAt);
        json.WriteString("changedAt", template.ChangedAt);
        if (withDocument)
        {
            json.WritePropertyName("template");
            json.WriteRawValue(template.Document);
        }

        json.WriteEndObject();
    }
}
