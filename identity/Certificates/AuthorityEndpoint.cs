using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Roost.Identity.Http;

namespace Roost.Identity.Certificates;

/// <summary><c>/api/v1/authorities</c>.</summary>
internal sealed class AuthorityEndpoint(TrustedAuthorities trusted, AuthorityStore store, GatewayAuthority own, ServerCertificate server, IOptions<IdentityCertificateOptions> options)
{
    public Task ListAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("authorities");
        foreach (var authority in store.Snapshot.All)
        {
            Write(json, authority);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }));

    /// <summary>The gateway's own, and its server certificate.</summary>
    public Task GetOwnAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("fingerprint", Fingerprints.Of(own.Certificate));
        json.WriteString("subject", own.Certificate.Subject);
        json.WriteString("issuer", own.Certificate.Issuer);
        json.WriteString("notAfter", new DateTimeOffset(own.Certificate.NotAfter.ToUniversalTime()));
        json.WriteString("pem", own.RootPem);
        json.WriteString("chain", own.ChainPem);
        json.WriteStartObject("server");
        json.WriteStartArray("names");
        foreach (var name in ServerNames.Find(options.Value.Names))
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
        if (server.NotAfter is { } end)
        {
            json.WriteString("notAfter", end);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }));

    public Task CreateRequestAsync(HttpContext context) => IdentityAnswer.RunAsync(context, () => IdentityAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("signingRequest", own.CreateSigningRequest());
        json.WriteEndObject();
    }));

    public Task InstallAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "chain");
        await trusted.InstallAsync(request.NeededText("chain"), RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    public Task TrustAsync(HttpContext context) => IdentityAnswer.RunAsync(context, async () =>
    {
        using var request = await JsonRequest.ReadAsync(context, "chain", "autoRegister", "activate", "policy", "thingFrom");
        var from = request.Text("thingFrom") switch
        {
            null => ThingSource.None,
            "cn" => ThingSource.CommonName,
            "serial" => ThingSource.SerialNumber,
            _ => throw new ChangeRefusedException(ChangeFault.Invalid, "'thingFrom' is neither cn nor serial"),
        };
        var authority = await trusted.TrustAsync(
            request.NeededText("chain"), request.Flag("autoRegister"), request.Flag("activate"), request.Text("policy"), from, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status201Created;
        await IdentityAnswer.WriteAsync(context, json => Write(json, authority));
    });

    public Task DistrustAsync(HttpContext context, string fingerprint) => IdentityAnswer.RunAsync(context, async () =>
    {
        await trusted.DistrustAsync(fingerprint, RequestIdentity.Of(context), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    });

    private void Write(Utf8JsonWriter json, AuthorityRecord authority)
    {
        json.WriteStartObject();
        json.WriteString("fingerprint", authority.Fingerprint);
        json.WriteString("subject", authority.Certificate.Subject);
        json.WriteString("notAfter", new DateTimeOffset(authority.Certificate.NotAfter.ToUniversalTime()));
        json.WriteString("kind", authority.Fingerprint == Fingerprints.Of(own.Certificate) ? "own" : authority.IsOwn ? "former" : "trusted");
        json.WriteBoolean("autoRegister", authority.Registers);
        json.WriteBoolean("activate", authority.Activates);
        json.WriteString("policy", authority.Policy);
        json.WriteString("thingFrom", authority.ThingFrom switch { ThingSource.CommonName => "cn", ThingSource.SerialNumber => "serial", _ => null });
        json.WriteString("createdAt", authority.CreatedAt);
        json.WriteEndObject();
    }
}
