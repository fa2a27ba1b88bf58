using Microsoft.Extensions.Options;

namespace Roost.Identity.Certificates;

/// <summary>The file by which TLS knows which client certificates may be worth a look. It only narrows: whether one is taken, <see cref="CertificateChecks"/> says.</summary>
internal sealed class ClientAuthorities(IOptions<IdentityOptions> options) : IDisposable
{
    public const string FileName = "client-authorities.pem";

    private readonly SemaphoreSlim _turn = new(1);

    public string File => Path.Combine(options.Value.Folder, FileName);

    /// <summary>Replaces the file where something has changed.</summary>
    public async Task WriteAsync(IReadOnlyList<string> authorities, IReadOnlyList<string> certificates)
    {
        var text = string.Concat(authorities.Concat(certificates).Select(static pem => pem.TrimEnd() + "\n"));
        await _turn.WaitAsync();
        try
        {
            if (!System.IO.File.Exists(File) || await System.IO.File.ReadAllTextAsync(File) != text)
            {
                await PrivateFile.WriteAsync(File, text);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}
