using Roost.Streams.Credentials;
using Roost.Streams.Export.Batches;
using Roost.Streams.Export.Formats;
using Roost.Streams.Export.Targets;
using Roost.Streams.Signing;

namespace Roost.Streams.Export.Web;

/// <summary>Sends each batch as one request to a web server.</summary>
internal sealed class HttpTarget(ExportOptions export, Func<string> gateway, IStreamSecrets secrets, TimeProvider clock) : IExportTarget
{
    private readonly ExportHttpOptions _options = export.Http!;
    private readonly BatchCompression _compression = export.Compress ?? BatchCompression.Gzip;
    private readonly WebConnections _connections = new(export.Http!, secrets, clock);
    private readonly WebSecrets _secrets = new(export.Http!, secrets);
    private readonly string _destination = DestinationOf(export.Http!);

    // Asking costs a round trip, and spares the body where the server would refuse it unseen: worth it only after a refusal.
    private volatile bool _asksFirst;
    private volatile bool _mayAsk = true;

    /// <summary>The address without its query, in which people put keys.</summary>
    public static string DestinationOf(ExportHttpOptions options) =>
        Uri.TryCreate(options.Url, UriKind.Absolute, out var url) ? url.GetLeftPart(UriPartial.Path) : "";

    public async ValueTask<Delivery> SendAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        var delivery = await SendOnceAsync(batch, cancellationToken);
        _asksFirst = delivery.Outcome is DeliveryOutcome.Denied or DeliveryOutcome.Refused or DeliveryOutcome.Busy;
        return delivery;
    }

    public ValueTask DisposeAsync()
    {
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Delivery> SendOnceAsync(ExportBatch batch, CancellationToken cancellationToken)
    {
        var encoded = BatchEncoder.Encode(batch, export.Format, _compression);
        using var watch = new SilenceWatch(_options.Timeout, clock, cancellationToken);
        try
        {
            var connections = _connections.Current();
            using var request = BatchRequest.Create(_options, _secrets, batch, encoded, gateway(), watch, clock);
            request.Headers.ExpectContinue = _asksFirst && _mayAsk ? true : null;
            using var response = await connections.SendAsync(request, watch.Token);
            if ((int)response.StatusCode == 417)
            {
                _mayAsk = false; // it does not know the question
            }

            var said = response.IsSuccessStatusCode ? "" : Without(request, await AnswerText.ReadAsync(response.Content, watch.Token));
            return WebAnswers.ToDelivery(response, _destination, said, clock.GetUtcNow());
        }
        catch (WebFileException exception)
        {
            return Delivery.Denied($"{exception.Message} Put it right, readable for the daemon.");
        }
        catch (SecretUnavailableException exception)
        {
            return Delivery.Denied(exception.Message);
        }
        catch (GatewayKeyException exception)
        {
            return Delivery.Busy(exception.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Delivery.Unreachable($"{_destination} was silent for {_options.Timeout.TotalSeconds:0.#} s. The batch may have arrived, and is sent again.");
        }
        catch (Exception exception) when (WebFaults.IsExpected(exception))
        {
            return WebFaults.ToDelivery(exception, _destination, _options.Proxy is { } proxy ? new Uri(proxy).Authority : null);
        }
    }

    /// <summary>Some servers repeat in their answer what they were sent.</summary>
    private static string Without(HttpRequestMessage request, string said)
    {
        if (request.Headers.NonValidated.TryGetValues("Authorization", out var values))
        {
            foreach (var secret in values.SelectMany(value => value.Split(' ', 2)).Where(part => part.Length > 6))
            {
                said = said.Replace(secret, "***", StringComparison.Ordinal);
            }
        }

        return said;
    }
}
