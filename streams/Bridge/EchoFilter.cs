using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Roost.Mqtt;

namespace Roost.Streams.Bridge;

/// <summary>
/// What was sent to a 3.1.1 server on topics that we also subscribe to, and therefore comes back: 3.1.1 has neither No Local nor
/// properties. Of equal messages as many are recognized as were sent. Any thread.
/// </summary>
internal sealed class EchoFilter(TimeProvider clock)
{
    private const int Most = 10_000;

    /// <summary>An echo that has not come by then does not come.</summary>
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, Queue<long>> _expected = [];
    private readonly Queue<(UInt128 Key, long Number, long SentAt)> _order = new();
    private long _number;

    public void Expect(MqttMessage message)
    {
        var key = KeyOf(message);
        lock (_gate)
        {
            ForgetOld();
            if (!_expected.TryGetValue(key, out var numbers))
            {
                _expected.Add(key, numbers = new Queue<long>());
            }

            numbers.Enqueue(++_number);
            _order.Enqueue((key, _number, clock.GetTimestamp()));
        }
    }

    /// <returns>True: it is ours.</returns>
    public bool TryTake(MqttMessage message)
    {
        var key = KeyOf(message);
        lock (_gate)
        {
            return TryTakeFirst(key, number: null);
        }
    }

    private void ForgetOld()
    {
        while (_order.TryPeek(out var oldest) && (_order.Count >= Most || clock.GetElapsedTime(oldest.SentAt) > s_lifetime))
        {
            TryTakeFirst(oldest.Key, oldest.Number);
            _order.Dequeue();
        }
    }

    /// <param name="number">Only where it is this one; null: whichever is first.</param>
    private bool TryTakeFirst(UInt128 key, long? number)
    {
        if (!_expected.TryGetValue(key, out var numbers) || (number is not null && numbers.Peek() != number))
        {
            return false;
        }

        numbers.Dequeue();
        if (numbers.Count == 0)
        {
            _expected.Remove(key);
        }

        return true;
    }

    private static UInt128 KeyOf(MqttMessage message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(message.Topic.Value));
        hash.AppendData([0]); // no topic has it [MQTT-1.5.4-2]
        hash.AppendData(message.Payload.Span);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }
}
