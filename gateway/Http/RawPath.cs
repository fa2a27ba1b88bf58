using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.Gateway.Http;

/// <summary>
/// A name at the end of a request's path, which may hold slashes. Programs send it as one segment with <c>%2F</c> for the slashes, people
/// write plain slashes. Both are read from the raw request target: the server's decoded path cannot tell <c>%2F</c> from <c>%252F</c>.
/// </summary>
internal static class RawPath
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="prefix">What stands before the name, with its last slash.</param>
    /// <returns>Null when the path does not begin so, an escape is incomplete, or the bytes are no UTF-8.</returns>
    public static string? NameBehind(HttpContext context, string prefix) => NameBetween(context, prefix, suffix: "");

    /// <param name="suffix">What stands behind the name, with its first slash: a name's own slashes are escaped, or it is ambiguous.</param>
    /// <returns>Null also when the path does not end so.</returns>
    public static string? NameBetween(HttpContext context, string prefix, string suffix)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var end = target.IndexOf('?');
        var path = end < 0 ? target : target[..end];
        return path.Length >= prefix.Length + suffix.Length && path.StartsWith(prefix, StringComparison.Ordinal) && path.EndsWith(suffix, StringComparison.Ordinal)
            ? Decode(path[prefix.Length..^suffix.Length])
            : null;
    }

    private static string? Decode(string encoded)
    {
        var bytes = Encoding.UTF8.GetBytes(encoded);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++, length++)
        {
            if (bytes[i] != '%')
            {
                bytes[length] = bytes[i];
            }
            else if (i + 2 < bytes.Length && Convert.FromHexString(bytes.AsSpan(i + 1, 2), bytes.AsSpan(length, 1), out _, out _) == OperationStatus.Done)
            {
                i += 2;
            }
            else
            {
                return null;
            }
        }

        try
        {
            return _strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
