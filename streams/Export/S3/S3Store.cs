using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Extensions.Logging;
using Roost.Streams.Export.Web;

namespace Roost.Streams.Export.S3;

/// <summary>
/// The store by way of AWS's SDK. Requests are what old and small stores understand, too: no chunked signatures, no checksums in trailers,
/// Content-MD5. The SDK retries nothing: the export does, with growing waits.
/// </summary>
/// <remarks>The one class that names the SDK's client: making one of these is what loads the SDK.</remarks>
internal sealed class S3Store : IDisposable
{
    private static readonly TimeSpan s_abortLimit = TimeSpan.FromSeconds(5);

    private readonly S3Place _place;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly WebConnections _connections;
    private readonly S3Http _http;
    private readonly AmazonS3Client _client;

    public S3Store(S3Place place, TimeProvider clock, ILogger logger)
    {
        (_place, _clock, _logger) = (place, clock, logger);
        var store = place.Store;
        var configuration = new AmazonS3Config
        {
            AuthenticationRegion = store.EffectiveRegion,
            ForcePathStyle = store.EffectivePathStyle,
            MaxErrorRetry = 0,
        };
        if (store.Endpoint is { } endpoint)
        {
            configuration.ServiceURL = endpoint;
        }
        else
        {
            configuration.RegionEndpoint = RegionEndpoint.GetBySystemName(store.EffectiveRegion);
        }

        _connections = new WebConnections(new ExportHttpOptions { Url = store.Endpoint ?? $"https://s3.{store.EffectiveRegion}.amazonaws.com/", Ca = store.Ca, Proxy = store.Proxy, Timeout = store.Timeout }, place.Secrets, clock, "cloud.s3");
        _http = new S3Http(_connections);
        configuration.HttpClientFactory = _http;
        _client = new AmazonS3Client(new S3Credentials(store, place.Secrets), configuration);
    }

    /// <summary>Puts it, over whatever has its name.</summary>
    public Task PutAsync(S3Object put, CancellationToken cancellationToken) =>
        put.Body.Length > _place.PartBytes ? PutPartsAsync(put, cancellationToken) : PutWholeAsync(put, cancellationToken);

    /// <returns>A value of an object's metadata; null when it has none, is not there or may not be looked at.</returns>
    public async Task<string?> MetadataAsync(string key, string name, CancellationToken cancellationToken)
    {
        try
        {
            var found = await AskAsync((_, token) => _client.GetObjectMetadataAsync(_place.Bucket, key, token), cancellationToken);
            return found.Metadata[name];
        }
        catch (AmazonServiceException exception) when (exception.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    /// <summary>Gives up uploads that nobody will finish: the store keeps and charges their parts until somebody does.</summary>
    /// <param name="root">What the keys of the uploads in question begin with.</param>
    /// <param name="isOwn">Says whether an upload of this key is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The keys of the uploads given up.</returns>
    public async Task<IReadOnlyList<string>> GiveUpUnfinishedAsync(string root, Func<string, bool> isOwn, CancellationToken cancellationToken)
    {
        var givenUp = new List<string>();
        var page = new ListMultipartUploadsRequest { BucketName = _place.Bucket, Prefix = root };
        for (var more = true; more;)
        {
            var listed = await AskAsync((_, token) => _client.ListMultipartUploadsAsync(page, token), cancellationToken);
            foreach (var upload in listed.MultipartUploads.Where(upload => isOwn(upload.Key)))
            {
                await AskAsync((_, token) => _client.AbortMultipartUploadAsync(_place.Bucket, upload.Key, upload.UploadId, token), cancellationToken);
                givenUp.Add(upload.Key);
            }

            more = listed.IsTruncated && listed.NextKeyMarker is { Length: > 0 };
            (page.KeyMarker, page.UploadIdMarker) = (listed.NextKeyMarker, listed.NextUploadIdMarker);
        }

        return givenUp;
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
        _connections.Dispose();
    }

    private async Task PutWholeAsync(S3Object put, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            (watch, token) =>
            {
                var request = new PutObjectRequest
                {
                    BucketName = _place.Bucket,
                    Key = put.Key,
                    InputStream = new WatchedBody(put.Body, watch, put.Pace),
                    MD5Digest = Md5(put.Body),
                    ContentType = put.ContentType,
                    StorageClass = _place.StorageClass is { } storageClass ? new S3StorageClass(storageClass) : null,
                    UseChunkEncoding = false,
                    DisableDefaultChecksumValidation = true, // an object that the store encrypts has an ETag that is no MD5; Content-MD5 is checked by the store
                };
                Describe(request.Headers, request.Metadata, put);
                return _client.PutObjectAsync(request, token);
            },
            cancellationToken);
        MustBeKept(answer.ETag);
    }

    private async Task PutPartsAsync(S3Object put, CancellationToken cancellationToken)
    {
        var begun = await AskAsync(
            (_, token) =>
            {
                var request = new InitiateMultipartUploadRequest
                {
                    BucketName = _place.Bucket,
                    Key = put.Key,
                    ContentType = put.ContentType,
                    StorageClass = _place.StorageClass is { } storageClass ? new S3StorageClass(storageClass) : null,
                };
                Describe(request.Headers, request.Metadata, put);
                return _client.InitiateMultipartUploadAsync(request, token);
            },
            cancellationToken);
        try
        {
            var parts = new List<PartETag>();
            for (var at = 0; at < put.Body.Length; at += _place.PartBytes)
            {
                parts.Add(await PutPartAsync(put, begun.UploadId, at, cancellationToken));
            }

            var whole = new CompleteMultipartUploadRequest { BucketName = _place.Bucket, Key = put.Key, UploadId = begun.UploadId, PartETags = parts };
            MustBeKept((await AskAsync((_, token) => _client.CompleteMultipartUploadAsync(whole, token), cancellationToken)).ETag);
        }
        catch
        {
            await GiveUpAsync(put.Key, begun.UploadId);
            throw;
        }
    }

    private async Task<PartETag> PutPartAsync(S3Object put, string uploadId, int at, CancellationToken cancellationToken)
    {
        var (number, part) = ((at / _place.PartBytes) + 1, put.Body.Slice(at, Math.Min(_place.PartBytes, put.Body.Length - at)));
        var answer = await AskAsync(
            (watch, token) => _client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = _place.Bucket,
                    Key = put.Key,
                    UploadId = uploadId,
                    PartNumber = number,
                    PartSize = part.Length,
                    InputStream = new WatchedBody(part, watch, put.Pace),
                    MD5Digest = Md5(part),
                    UseChunkEncoding = false,
                    DisableDefaultChecksumValidation = true,
                },
                token),
            cancellationToken);
        MustBeKept(answer.ETag);
        return new PartETag(number, answer.ETag);
    }

    /// <summary>Also when the daemon stops. What cannot be given up now is found at the next start.</summary>
    private async Task GiveUpAsync(string key, string uploadId)
    {
        using var limit = new CancellationTokenSource(s_abortLimit, _clock);
        try
        {
            await AskAsync((_, token) => _client.AbortMultipartUploadAsync(_place.Bucket, key, uploadId, token), limit.Token);
        }
        catch (Exception exception) when (S3Faults.IsExpected(exception, CancellationToken.None))
        {
            Unfinished = true;
        }
    }

    /// <summary>An upload was left behind: <see cref="GiveUpUnfinishedAsync"/> has something to do.</summary>
    public bool Unfinished { get; set; } = true;

    /// <summary>One request, watched; once more where only our clock was wrong.</summary>
    private async Task<T> AskAsync<T>(Func<SilenceWatch, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            using var watch = new SilenceWatch(_place.Store.Timeout, _clock, cancellationToken);
            return await ask(watch, watch.Token);
        }
        catch (AmazonServiceException exception) when (exception.ErrorCode == "RequestTimeTooSkewed" && CorrectClock(exception))
        {
            using var watch = new SilenceWatch(_place.Store.Timeout, _clock, cancellationToken);
            return await ask(watch, watch.Token);
        }
    }

    /// <summary>A Pi without a battery begins in the past. The SDK signs with its own clock and a correction that is the process's.</summary>
    private bool CorrectClock(AmazonServiceException skewed)
    {
        if (!DateTimeOffset.TryParse(S3Faults.Header(skewed, "Date"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var there))
        {
            return false;
        }

        var offset = there - TimeProvider.System.GetUtcNow();
        AWSConfigs.ManualClockCorrection = offset;
        Log.S3ClockCorrected(_logger, offset);
        return true;
    }

    private static void Describe(HeadersCollection headers, MetadataCollection metadata, S3Object put)
    {
        if (put.ContentEncoding is { } encoding)
        {
            headers.ContentEncoding = encoding;
        }

        foreach (var (name, value) in put.Metadata)
        {
            metadata[name] = value;
        }
    }

    /// <summary>A captive portal says 200 to everything.</summary>
    private void MustBeKept(string? etag)
    {
        if (string.IsNullOrEmpty(etag))
        {
            throw new S3AnswerException($"The {_place.Name} answers with success, but not as an object store does; is there a portal to log in to between here and there?");
        }
    }

#pragma warning disable CA5351 // a checksum, the one that every store knows; SHA-256 of the body is in the signature
    private static string Md5(ReadOnlyMemory<byte> body) => Convert.ToBase64String(MD5.HashData(body.Span));
#pragma warning restore CA5351
}
