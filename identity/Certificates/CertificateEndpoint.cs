using Microsoft.AspNetCore.Http;
using Roost.Identity.Http;
using Roost.Storage;

namespace Roost.Identity.Certificates;

/// <summary><c>/api/v1/certificates</c>.</summary>
internal sealed class CertificateEndpoint(ClientCertificates certificates)
{
    /// <summary>What a request for a new certificate may hold.</summary>
    /// <exception cref="ChangeRefusedException">It cannot be read.</exception>
    public static CertificateOrder ReadOrder(JsonRequest request) => new()
    {
        SigningRequest = request.Text("signingRequest"),
        Validity = request.Text("validity") is not { } text ? null
            : Duration.TryParse(text, out var validity) ? validity
            : throw new ChangeRefusedException(ChangeFault.Invalid, "'validity' is no duration; use one like 365d"),
    };

    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () =>
    {
        PageAnswer.CheckParameters(context, "thing", "status", "authority", "pageSize", "nextToken");
        var (thing, status, authority) = (Parameter("thing"), Parameter("status"), Parameter("authority"));
        var found = (thing is null ? certificates.Snapshot.All.Values : certificates.Of(thing))
            .Where(certificate => status is null || CertificateJson.NameOf(certificate.Status).Equals(status, StringComparison.OrdinalIgnoreCase))
            .Where(certificate => authority is null || certificate.Issuer == authority);
        return PageAnswer.WriteAsync(context, "certificates", found, static certificate => certificate.Fingerprint, CertificateJson.Write);

        string? Parameter(string name) => context.Request.Query.TryGetValue(name, out var given) ? given.ToString() : null;
    });

    public Task GetAsync(HttpContext context, string fingerprint) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        var certificate = certificates.Find(fingerprint) ?? throw ClientCertificates.Missing(fingerprint);
        json.WriteStartObject();
        CertificateJson.WriteMembers(json, certificate);
        json.WriteString("pem", certificates.FindPem(fingerprint));
        json.WriteEndObject();
    }));

    /// <summary>Signs a certificate; its key, where we made it, is in this answer and nowhere else.</summary>
    public Task IssueAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "thing", "signingRequest", "validity");
        var issued = await certificates.IssueAsync(ReadOrder(request) with { Thing = request.Text("thing") }, RequestIdentity.Of(context), context.RequestAborted);
        await AnswerAsync(context, issued);
    });

    public Task RegisterAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "certificate", "thing");
        var registered = await certificates.RegisterAsync(request.NeededText("certificate"), request.Text("thing"), RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json => CertificateJson.Write(json, registered));
    });

    public Task RenewAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "thing", "signingRequest", "validity");
        await AnswerAsync(context, await certificates.RenewAsync(request.NeededText("thing"), ReadOrder(request), RequestIdentity.Of(context), context.RequestAborted));
    });

    public Task ChangeAsync(HttpContext context, string fingerprint) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "status", "thing");
        if (request.Text("thing") is { } thing)
        {
            await certificates.AttachAsync(fingerprint, thing, RequestIdentity.Of(context), context.RequestAborted);
        }

        if (request.Text("status") is { } status)
        {
            await certificates.SetStatusAsync(fingerprint, CertificateJson.ReadStatus(status), RequestIdentity.Of(context), context.RequestAborted);
        }

        await IdentityAnswer.WriteAsync(context, json => CertificateJson.Write(json, certificates.Find(fingerprint) ?? throw ClientCertificates.Missing(fingerprint)));
    });

    public Task DeleteAsync(HttpContext context, string fingerprint) => IdentityAnswer.RunAsync(context, async () =>
    {
        await certificates.DeleteAsync(fingerprint, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private static Task AnswerAsync(HttpContext context, IssuedCertificate issued)
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        return IdentityAnswer.WriteAsync(context, json => CertificateJson.Write(json, issued));
    }
}
