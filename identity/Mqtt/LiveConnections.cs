using Roost.Mqtt;

namespace Roost.Identity.Mqtt;

/// <summary>
/// What changes in this room holds for the connections that are there: an ended credential closes its own, changed rights are compiled anew for each, and a
/// credential that runs out is closed when it does.
/// </summary>
/// <param name="broker">Null: there is none, as where the room is composed without one.</param>
internal sealed class LiveConnections(MqttBroker? broker, ConnectionRegister register, IPolicyAuthority policies, IGatewayTls gateway, IdentityChanges changes, ConnectMetrics metrics, TimeProvider time)
    : IIdentityPart, IDisposable
{
    /// <summary>Clocks are set, and timers do not follow them: they are looked at again.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private DateTimeOffset _dueAt = DateTimeOffset.MaxValue;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (broker is not null)
        {
            _timer = time.CreateTimer(_ => EndExpired(), state: null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            register.Came = NoteExpiry;
            changes.Subscribe(OnChangeAsync);
        }

        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private async Task OnChangeAsync(IdentityChange change)
    {
        try
        {
            if (change.Kind is IdentityChangeKind.RightsChanged)
            {
                await broker!.UpdatePoliciesAsync(change.Subject, CompileAnew);
            }
            else if (change.Subject is { } subject)
            {
                metrics.Ended(await broker!.DisconnectCredentialAsync(subject));
            }
        }
        catch (ObjectDisposedException)
        {
            // The broker has stopped, and with it every connection.
        }
    }

    /// <summary>On the broker's loop.</summary>
    private IClientPolicy? CompileAnew(ConnectedClient client)
    {
        if (client.Tag is not Principal principal)
        {
            return NoRights.Instance;
        }

        var rights = policies.RightsOf(principal, new ConnectionFacts(client.ClientIdentifier, client.RemoteAddress));
        if (rights.Allows(ConnectRight.Action, ConnectRight.On(client.ClientIdentifier)))
        {
            return rights.ForMqtt;
        }

        _ = CloseAsync(client); // from now on it may do nothing; that it goes, too, takes a turn of the loop
        return NoRights.Instance;
    }

    private async Task CloseAsync(ConnectedClient client)
    {
        try
        {
            await broker!.DisconnectClientAsync(client, ReasonCode.NotAuthorized);
        }
        catch (ObjectDisposedException)
        {
            // As above.
        }
    }

    private void NoteExpiry(Principal principal)
    {
        lock (_lock)
        {
            if (principal.ExpiresAt < _dueAt)
            {
                _dueAt = principal.ExpiresAt.Value;
                Arm(LeftOf(principal));
            }
        }
    }

    private void EndExpired()
    {
        var ended = new List<string>();
        lock (_lock)
        {
            var next = TimeSpan.MaxValue;
            _dueAt = DateTimeOffset.MaxValue;
            foreach (var principal in register.Principals)
            {
                var left = LeftOf(principal);
                if (left <= TimeSpan.Zero)
                {
                    ended.Add(principal.Id);
                }
                else if (left < next)
                {
                    (next, _dueAt) = (left, principal.ExpiresAt!.Value);
                }
            }

            if (next != TimeSpan.MaxValue)
            {
                Arm(next);
            }
        }

        foreach (var credential in ended)
        {
            _ = OnChangeAsync(new IdentityChange(IdentityChangeKind.CredentialEnded, credential));
        }
    }

    /// <summary>By the clock that certificates and tokens are judged by when they come.</summary>
    private TimeSpan LeftOf(Principal principal) => principal.ExpiresAt!.Value - gateway.TrustedNow;

    private void Arm(TimeSpan left) => _timer!.Change(left < s_longestWait ? left < TimeSpan.Zero ? TimeSpan.Zero : left : s_longestWait, Timeout.InfiniteTimeSpan);
}
