using System.Text;
using Roost.Streams.Credentials;

namespace Roost.Streams.Export.Web;

/// <summary>What is in files or among the gateway's secrets, read at each request: it is changed without a restart.</summary>
internal sealed class WebSecrets(ExportHttpOptions options, IStreamSecrets secrets)
{
    private const int MaxBytes = 64 * 1024;
    private const string StandardPrefix = "whsec_";

    /// <returns>The Authorization header; null when there is none.</returns>
    /// <exception cref="WebFileException">The file cannot be read, or it or the secret holds no header.</exception>
    /// <exception cref="SecretUnavailableException">The secret is not there.</exception>
    public string? Authorization() => options switch
    {
        { BearerTokenFile: { } file } => $"Bearer {Line("http.bearer-token-file", file)}",
        { AuthorizationFile: { } file } => Line("http.authorization-file", file),
        { BearerTokenSecret: { } secret } => $"Bearer {OfSecret("http.bearer-token-secret", secret)}",
        { AuthorizationSecret: { } secret } => OfSecret("http.authorization-secret", secret),
        _ => null,
    };

    /// <returns>The key that requests are signed with; null when they are not.</returns>
    /// <exception cref="WebFileException">The file cannot be read, or it or the secret holds no key.</exception>
    /// <exception cref="SecretUnavailableException">The secret is not there.</exception>
    public byte[]? SigningKey()
    {
        var (option, place, text) = options switch
        {
            { HmacKeyFile: { } file } => ("http.hmac-key-file", file, Line("http.hmac-key-file", file)),
            { HmacKeySecret: { } secret } => ("http.hmac-key-secret", secret, OfSecret("http.hmac-key-secret", secret)),
            _ => ("", "", null),
        };
        if (text is null)
        {
            return null;
        }

        if (!text.StartsWith(StandardPrefix, StringComparison.Ordinal))
        {
            return Encoding.ASCII.GetBytes(text);
        }

        var key = new byte[text.Length];
        return Convert.TryFromBase64String(text[StandardPrefix.Length..], key, out var length) && length > 0
            ? key[..length]
            : throw new WebFileException(option, place, $"what follows {StandardPrefix} is not base64");
    }

    private static string Line(string key, string path)
    {
        string text;
        try
        {
            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new WebFileException(key, path, $"it has more than {MaxBytes} bytes");
            }

            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WebFileException(key, path, exception.Message, exception);
        }

        return OneLine(key, path, text);
    }

    private string OfSecret(string key, string name) => OneLine(key, name, secrets.Get(key, name));

    private static string OneLine(string key, string place, string text)
    {
        text = text.Trim(' ', '\t', '\r', '\n');
        return text.Length > 0 && text.All(letter => letter is >= ' ' and <= '~')
            ? text
            : throw new WebFileException(key, place, "it is not one line of plain ASCII text");
    }
}
