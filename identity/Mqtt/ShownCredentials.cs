using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>A copy of what a client has shown, to be looked at when its connection may be gone. Never leaves the check.</summary>
internal sealed class ShownCredentials
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte>? _certificate; // in DER, of which the framework's own objects are made when they are needed
    private readonly ReadOnlyMemory<byte>[] _intermediates;

    public ShownCredentials(ClientCredentials credentials)
    {
        ClientIdentifier = credentials.ClientIdentifier;
        UserName = credentials.UserName;
        Password = credentials.Password;
        Authenticated = credentials.Authenticated as RelayedPrincipal;
        IsConfidential = credentials.IsConfidential;
        MayBeAnonymous = credentials.MayBeAnonymous;
        Source = credentials.RemoteAddress;
        // Whoever handed the client on has looked at its certificate already.
        _certificate = Authenticated is null ? credentials.Certificate?.RawDataMemory : null;
        _intermediates = [.. credentials.Intermediates.Select(static link => link.RawDataMemory)];
    }

    public string ClientIdentifier { get; }

    public string? UserName { get; }

    public ReadOnlyMemory<byte>? Password { get; }

    /// <summary>Whom HTTP has found it to be.</summary>
    public RelayedPrincipal? Authenticated { get; }

    public bool IsConfidential { get; }

    /// <summary>It would be let in without any of it.</summary>
    public bool MayBeAnonymous { get; }

    /// <summary>Null: a unix socket.</summary>
    public IPAddress? Source { get; }

    public bool HasCertificate => _certificate is not null;

    /// <summary>As text, in which tokens come; null: it is none.</summary>
    public string? PasswordText()
    {
        try
        {
            return Password is { } password ? s_strict.GetString(password.Span) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public async ValueTask<CredentialCheck> CheckCertificateAsync(ICertificateChecks checks, CancellationToken cancellationToken)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(_certificate!.Value.Span);
        var intermediates = Array.ConvertAll(_intermediates, static link => X509CertificateLoader.LoadCertificate(link.Span));
        try
        {
            return await checks.CheckAsync(certificate, intermediates, cancellationToken);
        }
        finally
        {
            Array.ForEach(intermediates, static link => link.Dispose());
        }
    }
}
