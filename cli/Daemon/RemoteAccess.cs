using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Roost.Cli.Daemon;

/// <summary>
/// How a daemon on another machine is asked: the CA that its certificate has to be of, and the token that says who asks. A token goes over HTTPS alone, and comes
/// from a file or the environment: an argument is seen by everybody on the machine.
/// </summary>
internal sealed class RemoteAccess
{
    public const string TokenVariable = "ROOST_TOKEN";
    public const string AuthorityVariable = "ROOST_CACERT";

    private const int LongestToken = 4096;

    private readonly X509Certificate2Collection? _authorities;
    private string? _refusal;

    private RemoteAccess(X509Certificate2Collection? authorities, string? token) => (_authorities, Token) = (authorities, token);

    /// <summary>Null: none was given.</summary>
    public string? Token { get; }

    /// <param name="authorityFile">Value of <c>--cacert</c>; wins over the environment. Without either the CAs hold that the machine trusts.</param>
    /// <param name="tokenFile">Value of <c>--token-file</c>; wins over the environment.</param>
    /// <exception cref="DaemonException">A file cannot be used, or the token would go over the network in the clear.</exception>
    public static RemoteAccess Read(Uri url, string? authorityFile, string? tokenFile, Terminal terminal)
    {
        var isEncrypted = url.Scheme == Uri.UriSchemeHttps;
        if (!isEncrypted && (tokenFile is not null || authorityFile is not null || (terminal.Variable(TokenVariable) is { Length: > 0 } && !url.IsLoopback)))
        {
            throw new DaemonException($"--token-file, ${TokenVariable} and --cacert are for https://, and {url.GetLeftPart(UriPartial.Authority)} is not: everybody in between would read the token");
        }

        if (!isEncrypted)
        {
            return new RemoteAccess(null, null); // plain HTTP is this machine's, which asks for no token
        }

        var authority = authorityFile ?? (terminal.Variable(AuthorityVariable) is { Length: > 0 } named ? named : null);
        return new RemoteAccess(authority is null ? null : ReadAuthorities(authority, terminal), ReadToken(tokenFile, terminal));
    }

    public SslClientAuthenticationOptions TlsOptions() => new()
    {
        CertificateChainPolicy = _authorities is null ? null : WithOwnRoots(_authorities),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            _refusal = Refusal(certificate as X509Certificate2, errors);
            return _refusal is null;
        },
    };

    /// <summary>Why TLS has failed, with what to do; null: not by the certificate.</summary>
    public string? Why(Uri url) => _refusal is null ? null : $"{url.GetLeftPart(UriPartial.Authority)} is not believed: {_refusal}";

    private static X509ChainPolicy WithOwnRoots(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private string? Refusal(X509Certificate2? certificate, SslPolicyErrors errors) => errors switch
    {
        SslPolicyErrors.None => null,
        _ when certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => "it has shown no certificate",
        SslPolicyErrors.RemoteCertificateNameMismatch => $"its certificate is for {string.Join(", ", NamesOf(certificate))}; use one of these names, or add this one to identity.certificates.names on the gateway",
        _ when _authorities is null => "its certificate is of no CA that this machine trusts; run 'roost ca export > ca.crt' on the gateway, bring ca.crt here, and give it with --cacert ca.crt",
        _ => $"its certificate is not of the CA in the file that --cacert or ${AuthorityVariable} names, or does not hold now; 'roost ca export' on the gateway prints the right one",
    };

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static address => address.ToString())));

    private static X509Certificate2Collection ReadAuthorities(string file, Terminal terminal)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(File.ReadAllText(Path.GetFullPath(file, terminal.Folder)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new DaemonException($"the CA in {file} cannot be read: {exception.Message.TrimEnd('.')}; 'roost ca export' on the gateway prints it", exception);
        }

        return authorities.Count > 0 ? authorities : throw new DaemonException($"{file} holds no certificate in PEM; 'roost ca export' on the gateway prints it");
    }

    private static string? ReadToken(string? file, Terminal terminal)
    {
        if (file is null)
        {
            return terminal.Variable(TokenVariable) is { Length: > 0 } variable ? Checked(variable.Trim(), $"${TokenVariable}") : null;
        }

        try
        {
            using var stream = File.OpenRead(Path.GetFullPath(file, terminal.Folder));
            return stream.Length <= LongestToken ? Checked(new StreamReader(stream).ReadToEnd().Trim(), file) : throw new DaemonException($"{file} is no token: it has {stream.Length} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DaemonException($"the token in {file} cannot be read: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private static string Checked(string token, string source) => token.Length > 0 && token.All(static letter => letter is > ' ' and < '\x7F')
        ? token
        : throw new DaemonException($"{source} holds no token: it is empty, or has blanks or line ends within; 'roost token create' prints one");
}
