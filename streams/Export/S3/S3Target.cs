using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Roost.Streams.Credentials;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Encryption;
using Roost.Streams.Export.Formats;
using Roost.Streams.Export.Targets;
using Roost.Streams.Signing;

namespace Roost.Streams.Export.S3;

/// <summary>An object a batch. Its name says which records are in it, so that a repetition overwrites itself.</summary>
internal sealed class S3Target(
    S3Place place, ObjectKeyTemplate keys, BatchFormat format, BatchCompression compression, ExportEncryptionOptions? encryption, Func<string> gateway, TimeProvider clock, ILogger logger) : IExportTarget
{
    private const string RecordsName = "roost-records";

    // Encoding takes several times the batch in memory, and a core: one at a time is what a Pi can bear.
    private readonly SemaphoreSlim _encoding = new(1, 1);
    private readonly SemaphoreSlim _tidying = new(1, 1);
    private readonly ConcurrentDictionary<string, bool> _underWay = new(StringComparer.Ordinal);
    private S3Store? _store;

    public async ValueTask<Delivery> SendAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        S3Object put;
        try
        {
            put = await EncodeAsync(batch, cancellationToken);
        }
        catch (Exception exception) when (exception is ExportKeyException or SecretUnavailableException)
        {
            return Delivery.Denied(exception.Message);
        }
        catch (GatewayKeyException exception)
        {
            return Delivery.Busy(exception.Message);
        }

        try
        {
            await TidyAsync(batch, cancellationToken);
            _underWay[put.Key] = true;
            if (!IsWhole(batch) && await HoldsMoreAsync(put.Key, batch, cancellationToken))
            {
                return Delivery.Accepted;
            }

            await Store.PutAsync(put, cancellationToken);
            return Delivery.Accepted;
        }
        catch (Exception exception) when (S3Faults.IsExpected(exception, cancellationToken))
        {
            return S3Faults.ToDelivery(exception, place);
        }
        finally
        {
            _underWay.TryRemove(put.Key, out _);
        }
    }

    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        _encoding.Dispose();
        _tidying.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Made when it is first needed: the SDK takes memory, and many gateways never get as far as that.</summary>
    private S3Store Store => LazyInitializer.EnsureInitialized(ref _store, () => new S3Store(place, clock, logger));

    private async Task<S3Object> EncodeAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        await _encoding.WaitAsync(cancellationToken);
        try
        {
            var key = encryption is null ? null : ExportKey.Read(encryption, place.Secrets);
            var encoded = BatchEncoder.Encode(batch, format, compression);
            if (key is not null)
            {
                var encrypted = Encrypt(encoded.Bytes, key);
                return new S3Object(keys.Fill(batch, OriginOf(batch), $"{encoded.Extension}.enc"), encrypted, "application/octet-stream", null, [.. Describe(batch), new("roost-key-id", key.Id)]) { Pace = batch.Pace };
            }

            return new S3Object(keys.Fill(batch, OriginOf(batch), encoded.Extension), encoded.Bytes, encoded.ContentType, encoded.ContentEncoding, Describe(batch)) { Pace = batch.Pace };
        }
        finally
        {
            _encoding.Release();
        }
    }

    private static ReadOnlyMemory<byte> Encrypt(ReadOnlyMemory<byte> plain, ExportKey key)
    {
        var encrypted = new MemoryStream(plain.Length + 1024 + (plain.Length / EncryptingStream.ChunkBytes * 16)); // header, and a tag a chunk
        using (var encrypting = new EncryptingStream(encrypted, key))
        {
            encrypting.Write(plain.Span);
            encrypting.Complete();
        }

        return encrypted.GetBuffer().AsMemory(0, (int)encrypted.Length);
    }

    private static List<KeyValuePair<string, string>> Describe(ExportBatch batch)
    {
        var about = new List<KeyValuePair<string, string>>
        {
            new("roost-stream", batch.Identity.Stream.Value),
            new("roost-first-offset", batch.First.ToString(CultureInfo.InvariantCulture)),
            new("roost-next-offset", batch.Next.ToString(CultureInfo.InvariantCulture)),
            new(RecordsName, batch.Records.Count.ToString(CultureInfo.InvariantCulture)),
        };
        if (batch.StreamId.Length > 0)
        {
            about.Add(new("roost-stream-id", batch.StreamId));
        }

        return about;
    }

    /// <summary>Streams that cannot be deleted have no incarnations; every gateway has them.</summary>
    private string OriginOf(ExportBatch batch) => batch.StreamId.Length > 0 ? batch.StreamId : gateway();

    private static bool IsWhole(ExportBatch batch) => batch.Records.Count == batch.Next - batch.First;

    /// <summary>
    /// Retention may have freed records of a batch between a first attempt, of which we never heard, and this one after a restart: what
    /// arrived then is not written over with less.
    /// </summary>
    private async Task<bool> HoldsMoreAsync(string key, ExportBatch batch, CancellationToken cancellationToken) =>
        long.TryParse(await Store.MetadataAsync(key, RecordsName, cancellationToken), NumberStyles.None, CultureInfo.InvariantCulture, out var there) && there > batch.Records.Count;

    /// <summary>Before the first upload of this run, and after one that could not be given up. Keys are under way before their uploads begin.</summary>
    private async Task TidyAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        if (!Store.Unfinished)
        {
            return;
        }

        await _tidying.WaitAsync(cancellationToken);
        try
        {
            if (Store.Unfinished)
            {
                foreach (var key in await Store.GiveUpUnfinishedAsync(keys.Root, key => keys.IsOwn(key, OriginOf(batch)) && !_underWay.ContainsKey(key), cancellationToken))
                {
                    Log.S3UploadGivenUp(logger, batch.Identity.Name, batch.Identity.Stream, key);
                }

                Store.Unfinished = false;
            }
        }
        catch (Exception exception) when (S3Faults.IsExpected(exception, cancellationToken) && S3Faults.ToDelivery(exception, place) is { Outcome: DeliveryOutcome.Denied } denied)
        {
            Log.S3UploadsNotListed(logger, batch.Identity.Name, batch.Identity.Stream, denied.Reason);
            Store.Unfinished = false;
        }
        finally
        {
            _tidying.Release();
        }
    }
}
