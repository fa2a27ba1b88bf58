using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Roost.Streams.Tests.Export.S3;

/// <summary>AWS Signature Version 4 in the Authorization header, as a store checks it.</summary>
internal static class SignatureV4
{
    public static bool IsGenuine(HttpRequest request, string secret)
    {
        var given = request.Headers.Authorization.ToString().Replace("AWS4-HMAC-SHA256 ", "", StringComparison.Ordinal)
            .Split(", ").Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var scope = given["Credential"].Split('/', 2)[1];
        var names = given["SignedHeaders"].Split(';');
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        var query = (target.Length < 2 ? [] : target[1].Split('&')).Select(part => part.Contains('=', StringComparison.Ordinal) ? part : part + "=").Order(StringComparer.Ordinal);
        var canonical = string.Join('\n', [
            request.Method, target[0], string.Join('&', query),
            .. names.Select(name => $"{name}:{request.Headers[name].ToString().Trim()}"), "",
            string.Join(';', names), request.Headers["x-amz-content-sha256"].ToString()]);
        var signed = string.Join('\n', "AWS4-HMAC-SHA256", request.Headers["x-amz-date"], scope, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))));
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (key, part) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part)));
        return given["Signature"] == Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }
}
