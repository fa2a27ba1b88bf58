using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Roost.Streams.Tests.Export.S3;

/// <summary>
/// A store as strict as the strictest: it checks signature, length, Content-MD5 and every part, takes neither chunked signatures nor
/// trailers, and misbehaves where a test says so.
/// </summary>
internal sealed class FakeStore : IAsyncDisposable
{
    public const string KeyId = "AKIDEXAMPLE";
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private readonly WebApplication _application;

    private FakeStore(WebApplication application) => _application = application;

    public ConcurrentDictionary<string, (byte[] Body, IHeaderDictionary Headers)> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Uploads in parts that were begun and neither finished nor given up, by identifier.</summary>
    public ConcurrentDictionary<string, (string Key, SortedDictionary<int, byte[]> Parts, IHeaderDictionary Headers)> Uploads { get; } = new(StringComparer.Ordinal);

    /// <summary>Methods and paths, in the order in which they came.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Asked before a request is served; true: it has answered. The request is read to its end first.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Asked when a request has been served and before it is answered.</summary>
    public Func<HttpContext, Task<bool>> After { get; set; } = _ => Task.FromResult(false);

    public CloudS3Options Options { get; private set; } = null!;

    public static async Task<FakeStore> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var store = new FakeStore(builder.Build());
        store._application.Run(store.ServeAsync);
        await store._application.StartAsync();
        store.Options = new CloudS3Options { Endpoint = store._application.Urls.Single(), Bucket = "roost", Region = "eu-west-3", AccessKeyId = KeyId, SecretAccessKey = Secret, Timeout = TimeSpan.FromSeconds(20) };
        return store;
    }

    public static async Task<bool> AnswerAsync(HttpContext context, int status, string code, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync($"""<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>What the store says of {code}.</Message></Error>""");
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync(); // requests that hang are cut off
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        if (await Before(context))
        {
            return;
        }

        if (Fault(request, body) is { } fault)
        {
            await AnswerAsync(context, fault == "SignatureDoesNotMatch" ? 403 : 400, fault);
            return;
        }

        var key = Uri.UnescapeDataString(request.Path.Value!)["/roost/".Length..];
        var answer = Serve(request, key, body);
        if (await After(context))
        {
            return;
        }

        if (answer is null)
        {
            await AnswerAsync(context, 404, "NoSuchUpload");
            return;
        }

        context.Response.Headers.ETag = $"\"{Tag(body)}\"";
        await context.Response.WriteAsync(answer.Length == 0 ? "" : $"""<?xml version="1.0" encoding="UTF-8"?>{answer}""");
    }

    private string? Serve(HttpRequest request, string key, byte[] body)
    {
        var upload = request.Query["uploadId"].ToString();
        switch (request.Method)
        {
            case "GET" when request.Query.ContainsKey("uploads"):
                var listed = Uploads.Where(entry => entry.Value.Key.StartsWith(request.Query["prefix"].ToString(), StringComparison.Ordinal));
                return $"<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>{string.Concat(listed.Select(entry => $"<Upload><Key>{entry.Value.Key}</Key><UploadId>{entry.Key}</UploadId></Upload>"))}</ListMultipartUploadsResult>";
            case "POST" when request.Query.ContainsKey("uploads"):
                upload = $"upload-{Requests.Count}";
                Uploads[upload] = (key, [], Copy(request.Headers));
                return $"<InitiateMultipartUploadResult><Bucket>roost</Bucket><Key>{key}</Key><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>";
            case "PUT" when upload.Length == 0:
                Objects[key] = (body, Copy(request.Headers));
                return "";
            case "PUT" when Uploads.TryGetValue(upload, out var open):
                open.Parts[int.Parse(request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture)] = body;
                return "";
            case "POST" when Uploads.TryRemove(upload, out var done) && Names(body).SequenceEqual(done.Parts.Select(part => (part.Key, Tag(part.Value)))):
                Objects[key] = ([.. done.Parts.Values.SelectMany(part => part)], done.Headers);
                return $"<CompleteMultipartUploadResult><Bucket>roost</Bucket><Key>{key}</Key><ETag>\"whole-{done.Parts.Count}\"</ETag></CompleteMultipartUploadResult>";
            case "DELETE" when Uploads.TryRemove(upload, out _):
                return "";
            default:
                return null;
        }
    }

    /// <summary>The parts that are to be put together.</summary>
    private static IEnumerable<(int Number, string Tag)> Names(byte[] body)
    {
        var xml = XDocument.Parse(Encoding.UTF8.GetString(body));
        return xml.Descendants().Where(element => element.Name.LocalName == "Part")
            .Select(part => (int.Parse(Value(part, "PartNumber"), CultureInfo.InvariantCulture), Value(part, "ETag").Trim('"')));

        static string Value(XElement part, string name) => part.Elements().Single(element => element.Name.LocalName == name).Value;
    }

#pragma warning disable CA5351 // a checksum, and what S3 calls an ETag
    private static string Tag(byte[] body) => Convert.ToHexStringLower(MD5.HashData(body));
#pragma warning restore CA5351

    private static HeaderDictionary Copy(IHeaderDictionary headers) => new(headers.ToDictionary(StringComparer.OrdinalIgnoreCase));

    private static string? Fault(HttpRequest request, byte[] body)
    {
        var headers = request.Headers;
        var carriesObject = request.Method == "PUT";
        return headers switch
        {
            _ when headers.ContainsKey("x-amz-trailer") || headers.TransferEncoding.Count > 0 || headers.ContentEncoding.ToString().Contains("aws-chunked", StringComparison.Ordinal) => "NotImplemented",
            _ when carriesObject && headers.ContentMD5 != Convert.ToBase64String(Convert.FromHexString(Tag(body))) => "BadDigest",
            _ when body.Length > 0 && headers["x-amz-content-sha256"] != Convert.ToHexStringLower(SHA256.HashData(body)) => "XAmzContentSHA256Mismatch",
            _ when carriesObject && request.Query.ContainsKey("partNumber") && body.Length == 0 => "EntityTooSmall",
            _ when !SignatureV4.IsGenuine(request, Secret) => "SignatureDoesNotMatch",
            _ => null,
        };
    }
}
