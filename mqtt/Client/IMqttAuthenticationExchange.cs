namespace Roost.Mqtt.Client;

/// <summary>One exchange, from our first data to the server's last. An exception of any of these ends the connection.</summary>
public interface IMqttAuthenticationExchange
{
    /// <returns>What goes with CONNECT, or with the AUTH that begins a re-authentication; null for nothing.</returns>
    ValueTask<ReadOnlyMemory<byte>?> StartAsync(CancellationToken cancellationToken);

    /// <summary>Called for each challenge of the server.</summary>
    /// <returns>The answer; null for none.</returns>
    ValueTask<ReadOnlyMemory<byte>?> AnswerAsync(ReadOnlyMemory<byte>? challenge, CancellationToken cancellationToken);

    /// <summary>Called with what the server sent along with its acceptance.</summary>
    /// <returns>False where the server has not proved who it is: the connection ends.</returns>
    ValueTask<bool> AcceptAsync(ReadOnlyMemory<byte>? serverData, CancellationToken cancellationToken);
}
