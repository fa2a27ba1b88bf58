using System.Net;
using System.Net.Sockets;

namespace Roost.Mqtt.Connections;

/// <summary>
/// How often each remote address has connected lately. An IPv6 network of 64 bits, of which a host has all, has a rate too: of twenty addresses. Not so where all hosts of a site share
/// the network (link-local and unique local addresses): there one would use up the rate of all.
/// </summary>
internal sealed class AddressRates
{
    /// <summary>Addresses that are told apart, some 100 bytes each; beyond them, while all are busy, the others share one rate.</summary>
    public const int MaxAddresses = 10_000;

    private const int AddressesOfNetwork = 20;

    private readonly Dictionary<IPAddress, TokenBucket> _buckets = [];
    private TokenBucket _others;
    private long _mayForgetAt;

    /// <returns>False: it has connected more often than it may.</returns>
    public bool TryTake(IPAddress address, int perSecond, long now)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (NetworkOf(address) is not { } network)
        {
            return TryTakeOf(address, perSecond, now);
        }

        // Who is refused by the one must not use up the other: neither one address the network's rate, nor a network's many addresses the table.
        var ofNetwork = perSecond * (long)AddressesOfNetwork;
        return !IsUsedUp(network, ofNetwork, now) && TryTakeOf(address, perSecond, now) && TryTakeOf(network, ofNetwork, now);
    }

    private bool IsUsedUp(IPAddress key, long perSecond, long now) => _buckets.TryGetValue(key, out var copy) && copy.Take(1, perSecond, now) > 0;

    private bool TryTakeOf(IPAddress key, long perSecond, long now)
    {
        if (!_buckets.ContainsKey(key) && _buckets.Count >= MaxAddresses)
        {
            if (now >= _mayForgetAt)
            {
                Forget(now);
                _mayForgetAt = now + 1000; // a flood from ever new addresses must not make it look through all of them each time
            }

            if (_buckets.Count >= MaxAddresses)
            {
                return _others.Take(1, perSecond, now) == 0;
            }
        }

        ref var bucket = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_buckets, key, out _);
        var copy = bucket;
        if (copy.Take(1, perSecond, now) > 0)
        {
            return false; // who is refused pays nothing: it may come back in time
        }

        bucket = copy;
        return true;
    }

    private void Forget(long now)
    {
        foreach (var (address, bucket) in _buckets)
        {
            if (bucket.IsFull(now))
            {
                _buckets.Remove(address); // allowed while enumerating
            }
        }
    }

    private static IPAddress? NetworkOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }
}
