using System.Text;
using Roost.Mqtt;
using Roost.Mqtt.Client;
using Roost.Shadow.Requests;

namespace Roost.Shadow.Sync;

/// <summary>
/// Requests to the upstream over one connection, and their answers, matched by client tokens. Every request ends: by an answer, by the
/// end of the connection, or by the end of the time for it. For one shadow there is one request at a time. Any thread.
/// </summary>
/// <param name="ended">The connection is lost, or the daemon stops.</param>
internal sealed class UpstreamRequests(
    IShadowUpstreamConnection connection, RequestPacer pacer, TimeSpan timeout, TimeProvider clock, SyncMetrics metrics, CancellationToken ended)
{
    private static long s_tokens;
    private readonly string _tokens = $"roost-{Guid.NewGuid():N}-";
    private readonly Dictionary<ShadowId, Pending> _pending = []; // locks itself

    public Task<UpstreamReply> GetAsync(ShadowId id) => SendAsync(id, ShadowOperation.Get, TokenOnly);

    public Task<UpstreamReply> DeleteAsync(ShadowId id) => SendAsync(id, ShadowOperation.Delete, TokenOnly);

    public Task<UpstreamReply> UpdateAsync(ShadowId id, StatePatch patch, long? version) =>
        SendAsync(id, ShadowOperation.Update, token => patch.ToRequest(version, token));

    /// <returns>False when it answers no request of ours.</returns>
    public bool TryAnswer(UpstreamMessage message)
    {
        Pending? pending;
        lock (_pending)
        {
            // A refusal of what could not be read has no token; there is one request for a shadow, so it cannot be another's of ours.
            if (!_pending.TryGetValue(message.Id, out pending) || !pending.IsAnsweredBy(message.Event)
                || !(message.Token == pending.Token || (message.Token is null && message.Code != 0)))
            {
                return false;
            }

            _pending.Remove(message.Id);
        }

        pending.Reply.TrySetResult(UpstreamReply.Of(message));
        return true;
    }

    private async Task<UpstreamReply> SendAsync(ShadowId id, ShadowOperation operation, Func<string, byte[]> body)
    {
        var reply = new UpstreamReply(null, UpstreamFault.Lost, "The connection to the upstream was lost");
        try
        {
            await pacer.WaitAsync(ended);
            var pending = new Pending(_tokens + Interlocked.Increment(ref s_tokens), operation);
            lock (_pending)
            {
                _pending.Add(id, pending);
            }

            try
            {
                _ = PublishAsync(pending, new MqttMessage
                {
                    Topic = UpstreamTopic.Request(id, operation), Payload = body(pending.Token), QualityOfService = QualityOfService.AtLeastOnce,
                });
                reply = await pending.Reply.Task.WaitAsync(timeout, clock, ended);
            }
            finally
            {
                lock (_pending)
                {
                    _pending.Remove(id);
                }
            }
        }
        catch (TimeoutException)
        {
            reply = new UpstreamReply(null, UpstreamFault.TimedOut, $"The upstream did not answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (OperationCanceledException)
        {
            // The connection is lost, which is what the reply says already.
        }

        Note(operation, reply.Fault);
        return reply;
    }

    private async Task PublishAsync(Pending pending, MqttMessage message)
    {
        try
        {
            await connection.PublishAsync(message);
        }
        catch (MqttPublishRefusedException exception)
        {
            pending.Reply.TrySetResult(new UpstreamReply(null, UpstreamFault.Refused, exception.Message));
        }
        catch (MqttConnectionException exception)
        {
            pending.Reply.TrySetResult(new UpstreamReply(null, UpstreamFault.Lost, exception.Message));
        }
    }

    private void Note(ShadowOperation operation, UpstreamFault fault)
    {
        metrics.Requested(operation, fault);
        if (fault == UpstreamFault.TooMuch)
        {
            pacer.SlowDown();
        }
        else if (fault is not (UpstreamFault.Lost or UpstreamFault.TimedOut))
        {
            pacer.Recover();
            connection.NoteUseful();
        }
    }

    private static byte[] TokenOnly(string token) => Encoding.UTF8.GetBytes($"{{\"clientToken\":\"{token}\"}}");

    private sealed record Pending(string Token, ShadowOperation Operation)
    {
        public TaskCompletionSource<UpstreamReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsAnsweredBy(UpstreamEvent kind) => kind switch
        {
            UpstreamEvent.GetAccepted or UpstreamEvent.GetRejected => Operation == ShadowOperation.Get,
            UpstreamEvent.Documents or UpstreamEvent.UpdateRejected => Operation == ShadowOperation.Update,
            _ => Operation == ShadowOperation.Delete,
        };
    }
}
