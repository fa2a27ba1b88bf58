using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Roost.LocalLambda.Code;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>A request with a zip in it, read: the zip is in a file of the code store's until somebody takes it, and goes with this object otherwise.</summary>
internal sealed class FunctionUpload : IDisposable
{
    /// <summary>As AWS has it for a zip that is sent in a request.</summary>
    public const int MaxZipBytes = 50 * 1024 * 1024;

    /// <summary>Of everything in the request but the zip.</summary>
    private const int MaxRestBytes = 256 * 1024;

    /// <summary>What AWS says is the most: 50 MiB in base64.</summary>
    private const int MaxRequestBytes = 69_905_067;

    private FunctionUpload(JsonElement parameters, string? zip, string sha256, long bytes) => (Parameters, Zip, Sha256, Bytes) = (parameters, zip, sha256, bytes);

    /// <summary>The request's object; where the zip was stands an empty text.</summary>
    public JsonElement Parameters { get; }

    /// <summary>The file; null when the request has none.</summary>
    public string? Zip { get; }

    /// <summary>Of the zip, in base64.</summary>
    public string Sha256 { get; }

    public long Bytes { get; }

    /// <param name="call">AWS's name of it, for its messages.</param>
    public static async Task<FunctionUpload> ReadAsync(HttpContext http, CodeStore code, string call, TimeProvider clock)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // bounded below, in Lambda's words
        }

        var path = code.NewZip();
        using var pace = new UploadPace(clock, http.RequestAborted);
        try
        {
            string sha256;
            using var zip = new Base64File(path, MaxZipBytes);
            var splitter = new ZipFileSplitter(zip.Append, MaxRestBytes);
            await ReadBodyAsync(http, splitter, call, pace);
            sha256 = zip.Complete();
            if (splitter.IsTooLarge || zip.Bytes > MaxZipBytes)
            {
                throw TooLarge(call);
            }

            var parameters = RequestParameters.Parse(splitter.Rest);
            if (splitter.Zips == 0)
            {
                File.Delete(path);
                return new FunctionUpload(parameters, null, "", 0);
            }

            if (!zip.IsValid || splitter.Zips > 1)
            {
                throw RequestRefusedException.Content("Could not parse request body into json: Could not parse 'ZipFile': it must be there once, in base64.");
            }

            return new FunctionUpload(parameters, path, sha256, zip.Bytes);
        }
        catch (OperationCanceledException) when (pace.IsTooSlow)
        {
            File.Delete(path);
            throw new RequestRefusedException(new LambdaError(408, "RequestTimeoutException", UploadPace.Fault));
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    public void Dispose()
    {
        if (Zip is not null)
        {
            File.Delete(Zip); // when the store has taken it, it has another name
        }
    }

    /// <summary>Reads to the end also what is too large: a client that is still sending would see a broken connection, and not the reason.</summary>
    private static async Task ReadBodyAsync(HttpContext http, ZipFileSplitter splitter, string call, UploadPace pace)
    {
        long total = 0;
        while (true)
        {
            var read = await http.Request.BodyReader.ReadAsync(pace.Token);
            try
            {
                pace.Add(read.Buffer.Length);
                foreach (var part in read.Buffer)
                {
                    total += part.Length;
                    if (total <= MaxRequestBytes + MaxRestBytes)
                    {
                        splitter.Append(part.Span);
                    }
                }
            }
            finally
            {
                http.Request.BodyReader.AdvanceTo(read.Buffer.End); // also where the disk takes no more: the rest is read, and the connection goes on
            }

            if (read.IsCompleted)
            {
                break;
            }

            if (total > 4L * MaxRequestBytes)
            {
                throw TooLarge(call); // it has no end
            }
        }

        if (total > MaxRequestBytes + MaxRestBytes)
        {
            throw TooLarge(call);
        }
    }

    private static RequestRefusedException TooLarge(string call) =>
        new(new LambdaError(413, "RequestEntityTooLargeException", $"Request must be smaller than {MaxRequestBytes} bytes for the {call} operation"));
}
